// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/python/dict_items.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "injector/heap/python/object_fields.h"
#include "injector/heap/python/strings.h"

namespace memray::heap {
namespace {

constexpr std::uint32_t kEntry = 24;         // PyDictKeyEntry: hash, key, value
constexpr std::uint32_t kUnicodeEntry = 16;  // PyDictUnicodeEntry: key, value

// 3.8 to 3.10: dk_refcnt, dk_size, dk_lookup, dk_usable, dk_nentries, dk_indices.
DictKeys read_old_keys(const Memory& memory, RemoteAddr keys) {
    const auto words = memory.get<std::array<std::uint64_t, 5>>(keys);
    if (!words) { return {}; }
    const auto [references, slots, lookup, usable, count] = *words;
    DictKeys found;
    found.header_bytes = 40;
    found.references = references;
    found.slots = slots;
    const std::uint64_t width = slots <= 0xff ? 1 : slots <= 0xffff ? 2 : slots <= 0xffff'ffff ? 4 : 8;
    if (slots > kMostItems || count > slots) { return {}; }
    found.count = count;
    found.index_bytes = slots * width;
    found.entries = keys + found.header_bytes + found.index_bytes;
    found.entry_size = kEntry;
    found.key_at = 8;
    found.value_at = 16;
    return found;
}

// 3.11 and later: dk_refcnt, dk_log2_size, dk_log2_index_bytes, dk_kind, dk_version, dk_usable, dk_nentries,
// dk_indices.
DictKeys read_new_keys(const Memory& memory, RemoteAddr keys) {
    struct Header {
        std::uint64_t references;
        std::uint8_t log2_size, log2_index_bytes, kind, padding;
        std::uint32_t version;
        std::uint64_t usable, count;
    };
    static_assert(sizeof(Header) == 32);
    constexpr std::uint8_t kGeneral = 0;
    constexpr std::uint8_t kSplit = 2;
    const auto header = memory.get<Header>(keys);
    if (!header || header->log2_size > 36 || header->log2_index_bytes > 40 || header->kind > kSplit) { return {}; }
    DictKeys found;
    found.header_bytes = sizeof(Header);
    found.references = header->references;
    found.slots = std::uint64_t{1} << header->log2_size;
    found.count = header->count;
    found.usable = std::min(header->usable, found.slots);
    if (found.count > found.slots) { return {}; }
    found.index_bytes = std::uint64_t{1} << header->log2_index_bytes;
    found.entries = keys + found.header_bytes + found.index_bytes;
    found.entry_size = header->kind == kGeneral ? kEntry : kUnicodeEntry;
    found.key_at = header->kind == kGeneral ? 8 : 0;
    found.value_at = found.key_at + 8;
    found.split = header->kind == kSplit;
    return found;
}

std::uint64_t word_at(const std::byte* bytes, std::uint64_t offset) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes + offset, sizeof word);
    return word;
}

}  // namespace

// USABLE_FRACTION is two thirds, in all versions.
std::uint64_t DictKeys::bytes() const noexcept { return header_bytes + index_bytes + slots * 2 / 3 * entry_size; }

DictKeys read_dict_keys(const Memory& memory, const HeapLayout& layout, RemoteAddr keys) {
    if (keys.is_null()) { return {}; }
    return layout.at_least(11) ? read_new_keys(memory, keys) : read_old_keys(memory, keys);
}

// 3.8 to 3.10: an array. 3.11 and 3.12: the byte before it says how much lies in front of it, for the order of
// insertion. 3.13 and later: capacity, size, "is in the object", "is valid" as bytes, then the array.
SplitValues read_split_values(const Memory& memory, const HeapLayout& layout, RemoteAddr values, const DictKeys& keys) {
    if (!layout.at_least(11)) { return {values, values, keys.count}; }
    if (!layout.at_least(13)) {
        const auto front = memory.get<std::uint8_t>(values - 1).value_or(0);
        return {(values - front).aligned_down(16), values, keys.count};
    }
    const auto head = memory.get<std::array<std::uint8_t, 4>>(values);
    if (!head || (*head)[3] == 0) { return {}; }
    const std::uint64_t count = std::min<std::uint64_t>(keys.count, (*head)[0]);
    const bool in_object = (*head)[2] != 0;
    return {in_object ? RemoteAddr() : values, values + 8, count};
}

void for_each_dict_item(const Memory& memory, const HeapLayout& layout, RemoteAddr dict, const DictItem& item) {
    const DictKeys keys = read_dict_keys(memory, layout, RemoteAddr(memory.word(dict + kDictKeys)));
    const std::byte* entries = keys.count == 0 ? nullptr : memory.view(keys.entries, keys.count * keys.entry_size);
    if (entries == nullptr) { return; }
    const RemoteAddr apart(memory.word(dict + kDictValues));
    SplitValues values;
    if (!apart.is_null()) { values = read_split_values(memory, layout, apart, keys); }
    for (std::uint64_t index = 0; index < keys.count; ++index) {
        const std::byte* entry = entries + index * keys.entry_size;
        RemoteAddr value(word_at(entry, keys.value_at));
        if (!apart.is_null()) {
            value = index < values.count ? RemoteAddr(memory.word(values.values + 8 * index)) : RemoteAddr();
        }
        if (value.is_null()) { continue; }
        if (!item(RemoteAddr(word_at(entry, keys.key_at)), value)) { return; }
    }
}

RemoteAddr dict_value(const Memory& memory, const HeapLayout& layout, RemoteAddr dict, std::string_view key) {
    RemoteAddr found;
    for_each_dict_item(memory, layout, dict, [&](RemoteAddr name, RemoteAddr value) {
        if (!is_text(memory, layout, name, key)) { return true; }
        found = value;
        return false;
    });
    return found;
}

}  // namespace memray::heap
