// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// UTF-8, character by character (RFC 3629: no overlong forms, no surrogates).
#pragma once

#include <cstddef>
#include <string_view>

namespace memray::base {

struct Character {
    char32_t code{0};
    std::size_t bytes{0};  // 0: not UTF-8
};

// `text` must not be empty.
[[nodiscard]] Character first_character(std::string_view text) noexcept;

[[nodiscard]] bool valid_utf8(std::string_view text) noexcept;

}  // namespace memray::base
