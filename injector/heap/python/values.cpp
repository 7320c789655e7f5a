// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/python/values.h"

#include <array>

#include "injector/heap/python/dict_items.h"
#include "injector/heap/python/object_fields.h"
#include "injector/heap/python/strings.h"

namespace memray::heap {
namespace {

// Include/cpython/longintrepr.h, 3.12 and later: the number of digits above three bits, of which the low two say the
// sign (0 positive, 1 zero, 2 negative).
struct Digits {
    std::uint64_t count;
    bool negative;
};
Digits digits_of(std::uint64_t word, const HeapLayout& layout) {
    if (layout.at_least(12)) { return {word >> 3U, (word & 3U) == 2}; }
    return {magnitude(word), static_cast<std::int64_t>(word) < 0};
}

}  // namespace

std::optional<std::int64_t> small_integer(const Memory& memory, const HeapLayout& layout, RemoteAddr object) {
    const Digits digits = digits_of(memory.word(object + kObSize), layout);
    if (digits.count > 2) { return std::nullopt; }
    const auto words = memory.get<std::array<std::uint32_t, 2>>(object + kDigits);
    if (!words) { return std::nullopt; }
    std::int64_t value = 0;
    if (digits.count > 0) { value = (*words)[0]; }
    if (digits.count > 1) { value |= std::int64_t{(*words)[1]} << 30U; }
    return digits.negative ? -value : value;
}

std::string full_name(const Memory& memory, const HeapLayout& layout, const Type& type) {
    if (!type.is_heap_type() || type.name.find('.') != std::string::npos) { return type.name; }
    const RemoteAddr dict(memory.word(type.address + kTypeDict));
    const RemoteAddr qualified(memory.word(type.address + layout.ht_name + 16));
    std::string name = string_text(memory, layout, qualified, kLongestName);
    if (name.empty()) { name = type.name; }
    const std::string module =
        string_text(memory, layout, dict_value(memory, layout, dict, "__module__"), kLongestName);
    return module.empty() || module == "builtins" ? name : module + "." + name;
}

}  // namespace memray::heap
