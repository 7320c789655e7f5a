// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/python/strings.h"

#include <algorithm>
#include <cstring>

#include "injector/base/wide_text.h"
#include "injector/heap/python/object_fields.h"

namespace memray::heap {

StringBytes string_bytes(const Memory& memory, const HeapLayout& layout, RemoteAddr text, std::uint64_t limit) {
    const std::uint64_t length = memory.word(text + kStrLength);
    const auto [interned, width, compact, ascii] = str_state(memory.get<std::uint32_t>(text + kStrState).value_or(0));
    if (!compact || length > kMostItems || (width != 1 && width != 2 && width != 4)) { return {}; }
    const std::uint64_t begin = ascii ? layout.ascii_size : layout.compact_size;
    return {memory.view(text + begin, std::min(length, limit) * width), length, width, ascii};
}

bool is_text(const Memory& memory, const HeapLayout& layout, RemoteAddr text, std::string_view expected) {
    const StringBytes found = string_bytes(memory, layout, text, expected.size());
    return found.bytes != nullptr && found.ascii && found.length == expected.size() &&
           std::memcmp(found.bytes, expected.data(), expected.size()) == 0;
}

std::string string_text(const Memory& memory, const HeapLayout& layout, RemoteAddr text, std::size_t limit) {
    const StringBytes string = string_bytes(memory, layout, text, limit);
    if (string.bytes == nullptr) { return {}; }
    const std::uint64_t characters = std::min<std::uint64_t>(string.length, limit);
    return base::to_utf8({reinterpret_cast<const char*>(string.bytes), characters * string.width}, string.width);
}

}  // namespace memray::heap
