// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/stack/attributes.h"

#include "payload/stack/memory.h"
#include "payload/stack/python_text.h"

namespace memray::payload {
namespace {

using wire::AttributeModel;
using wire::PythonLayout;

constexpr std::uint64_t kWord = sizeof(std::uint64_t);
constexpr std::uint64_t kMostEntries = 256;

// The same in 3.8 to 3.13, behind an object's header of two words; that of free-threaded builds is longer.
constexpr std::uint64_t kTypeBasicSize = 32;          // tp_basicsize
constexpr std::uint64_t kTypeFlags = 168;             // tp_flags
constexpr std::uint64_t kTypeDictOffset = 288;        // tp_dictoffset
constexpr std::uint64_t kDictKeys = 32;               // ma_keys
constexpr std::uint64_t kDictValues = 40;             // ma_values
constexpr std::uint64_t kHasInlineValues = 1U << 2U;  // Py_TPFLAGS_INLINE_VALUES, 3.13
constexpr std::uint64_t kHasManagedDict = 1U << 4U;   // Py_TPFLAGS_MANAGED_DICT, from 3.11 on

// Of a PyDictKeysObject.
struct Entries {
    std::uint64_t count;
    std::uint64_t keys;    // address of the first one's key
    std::uint64_t values;  // of its value, if the dict has no array of them
    std::uint64_t step;
};

// 3.8 - 3.10: refcnt, size, lookup, usable, nentries, indices; entries of hash, key, value.
Entries entries_with_hashes(std::uint64_t keys) noexcept {
    const auto size = load<std::uint64_t>(keys, kWord);
    const std::uint64_t width = size <= 0xff ? 1 : size <= 0xffff ? 2 : size <= 0xffffffff ? 4 : 8;
    const std::uint64_t first = keys + 5 * kWord + size * width;
    return {load<std::uint64_t>(keys, 4 * kWord), first + kWord, first + 2 * kWord, 3 * kWord};
}

// 3.11 and later: refcnt, log2 of the size, log2 of the indices' bytes, kind, version, usable, nentries, indices. Only
// keys of the kind 0, which need not be strings, have hashes.
Entries entries_of_keys(std::uint64_t keys) noexcept {
    const std::uint64_t first = keys + 4 * kWord + (std::uint64_t{1} << (load<std::uint8_t>(keys, 9) & 63U));
    const std::uint64_t hash = load<std::uint8_t>(keys, 10) == 0 ? kWord : 0;
    return {load<std::uint64_t>(keys, 3 * kWord), first + hash, first + hash + kWord, 2 * kWord + hash};
}

std::uint64_t longer_header(const PythonLayout& layout) noexcept { return layout.object_type - kWord; }

class Attributes {
public:
    Attributes(const PythonLayout& layout, const AttributeName& name) noexcept : layout_(layout), name_(name) {}

    // `values`: address of the array's first value; 0: they are in the entries.
    [[nodiscard]] std::uint64_t in_keys(std::uint64_t keys, std::uint64_t values) const noexcept {
        if (keys == 0) { return 0; }
        const bool hashed = layout_.attributes == AttributeModel::kDict;
        const Entries entries = hashed ? entries_with_hashes(keys) : entries_of_keys(keys);
        if (entries.count > kMostEntries) { return 0; }
        for (std::uint64_t i = 0; i < entries.count; ++i) {
            if (!is_name(load<std::uint64_t>(entries.keys, i * entries.step))) { continue; }
            return values != 0 ? load<std::uint64_t>(values, i * kWord)
                               : load<std::uint64_t>(entries.values, i * entries.step);
        }
        return 0;
    }
    [[nodiscard]] std::uint64_t in_dict(std::uint64_t dict) const noexcept {
        if (dict == 0) { return 0; }
        const auto values = load<std::uint64_t>(dict, kDictValues);
        return in_keys(load<std::uint64_t>(dict, kDictKeys), values == 0 ? 0 : first_value(values));
    }
    [[nodiscard]] std::uint64_t in_values(std::uint64_t type, std::uint64_t values) const noexcept {
        return in_keys(load<std::uint64_t>(type, layout_.type_cached_keys), first_value(values));
    }

private:
    // 3.13 has four bytes in front of them: capacity, size, embedded, valid.
    [[nodiscard]] std::uint64_t first_value(std::uint64_t values) const noexcept {
        return layout_.attributes >= AttributeModel::kInlineValues ? values + kWord : values;
    }
    [[nodiscard]] bool is_name(std::uint64_t key) const noexcept {
        return key != 0 && load<std::uint64_t>(key, layout_.object_type) == name_.string_type &&
               is_text(layout_, key, name_.text, name_.size);
    }

    const PythonLayout& layout_;
    const AttributeName& name_;
};

// 3.13. A dict may go away while it is read if another thread may change it; the array is part of the object.
std::uint64_t inline_attribute(const PythonLayout& layout, std::uint64_t object, std::uint64_t type,
                               const Attributes& attributes) noexcept {
    const std::uint64_t header = longer_header(layout);
    const std::uint64_t values = object + load<std::uint64_t>(type, kTypeBasicSize + header);
    const bool is_inline = (load<std::uint64_t>(type, kTypeFlags + header) & kHasInlineValues) != 0;
    if (is_inline && load<std::uint8_t>(values, 3) != 0) { return attributes.in_values(type, values); }
    if (layout.attributes == AttributeModel::kSharedValues) { return 0; }
    return attributes.in_dict(load<std::uint64_t>(object - 3 * kWord, 0));
}

std::uint64_t managed_attribute(const PythonLayout& layout, std::uint64_t object, std::uint64_t type,
                                const Attributes& attributes) noexcept {
    if (layout.attributes >= AttributeModel::kInlineValues) {
        return inline_attribute(layout, object, type, attributes);
    }
    const auto before = load<std::uint64_t>(object - 3 * kWord, 0);
    if (layout.attributes == AttributeModel::kTaggedPointer) {
        return (before & 1U) != 0 ? attributes.in_values(type, before + 1) : attributes.in_dict(before);
    }
    const auto values = load<std::uint64_t>(object - 4 * kWord, 0);
    return values != 0 ? attributes.in_values(type, values) : attributes.in_dict(before);
}

}  // namespace

bool is_text(const PythonLayout& layout, std::uint64_t string, const char* text, std::uint32_t size) noexcept {
    const PythonText found = text_of(layout, string);
    if (found.size != size || found.width != 1) { return false; }
    for (std::uint32_t i = 0; i < size; ++i) {
        if (found.data[i] != static_cast<unsigned char>(text[i])) { return false; }
    }
    return true;
}

std::uint64_t own_attribute(const PythonLayout& layout, std::uint64_t object, const AttributeName& name) noexcept {
    const auto type = load<std::uint64_t>(object, layout.object_type);
    const Attributes attributes(layout, name);
    if (layout.attributes == AttributeModel::kDict) {
        const auto offset = load<std::int64_t>(type, kTypeDictOffset);
        return offset > 0 ? attributes.in_dict(load<std::uint64_t>(object, static_cast<std::uint64_t>(offset))) : 0;
    }
    const auto flags = load<std::uint64_t>(type, kTypeFlags + longer_header(layout));
    const bool managed = (flags & kHasManagedDict) != 0;
    return managed ? managed_attribute(layout, object, type, attributes) : 0;
}

}  // namespace memray::payload
