// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The contents of Python's strings.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "injector/heap/memory/memory.h"
#include "injector/heap/python/heap_layout.h"

namespace memray::heap {

// Of the string at `text` that CPython calls compact, as nearly all are: its bytes, `width` for each character.
struct StringBytes {
    const std::byte* bytes{nullptr};  // null: not such a string
    std::uint64_t length{0};          // characters
    std::uint32_t width{0};
    bool ascii{false};

    [[nodiscard]] std::uint64_t size() const noexcept { return length * width; }
};
// Of its bytes, those of the first `limit` characters can be looked at.
[[nodiscard]] StringBytes string_bytes(const Memory& memory, const HeapLayout& layout, RemoteAddr text,
                                       std::uint64_t limit);

// Whether that is the string `expected`, of ASCII letters.
[[nodiscard]] bool is_text(const Memory& memory, const HeapLayout& layout, RemoteAddr text, std::string_view expected);

// In UTF-8, no more than `limit` characters of it. Empty if it is no string.
[[nodiscard]] std::string string_text(const Memory& memory, const HeapLayout& layout, RemoteAddr text,
                                      std::size_t limit);

}  // namespace memray::heap
