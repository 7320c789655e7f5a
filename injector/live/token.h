// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What a viewer has to know that comes by TCP. Which user is at the other end of such a connection cannot be known
// reliably: it may be forwarded by ssh, a proxy or a container's runtime, and may have ended since it was made.
#pragma once

#include <cstddef>
#include <string>

namespace memray::live {

inline constexpr std::size_t kTokenLength = 32;

// Random, of hexadecimal digits. Throws base::Error.
[[nodiscard]] std::string make_token();

// Takes the same time whatever `said` is.
[[nodiscard]] bool is_token(const std::string& token, const std::string& said);

}  // namespace memray::live
