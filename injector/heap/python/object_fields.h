// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Where the fields of objects lie that are at the same place in all of CPython 3.8 to 3.15 with the GIL, x86-64:
// offsets in bytes (Include/object.h, Include/cpython/*.h, Include/internal/*.h).
#pragma once

#include <cstddef>
#include <cstdint>

namespace memray::heap {

inline constexpr std::uint64_t kPointer = 8;
inline constexpr std::uint64_t kMostItems = std::uint64_t{1} << 36U;  // more than a container can have
inline constexpr std::size_t kLongestName = 512;                      // bytes or characters that are looked at

inline constexpr std::uint64_t kObType = 8;         // PyObject.ob_type
inline constexpr std::uint64_t kObjectHeader = 16;  // PyObject
inline constexpr std::uint64_t kObSize = 16;        // PyVarObject.ob_size; lv_tag of integers from 3.12 on
inline constexpr std::uint64_t kDigits = 24;        // PyLongObject.ob_digit, of four bytes each
inline constexpr std::uint64_t kStrLength = 16;     // PyASCIIObject.length
inline constexpr std::uint64_t kStrState = 32;      // PyASCIIObject.state
// What it says.
struct StrState {
    std::uint32_t interned;  // 0: it is not; 1: until nobody else has it; more: for ever
    std::uint32_t width;     // bytes of a character
    bool compact;
    bool ascii;
};
constexpr StrState str_state(std::uint32_t field) noexcept {
    return {field & 3U, (field >> 2U) & 7U, (field & 0x20U) != 0, (field & 0x40U) != 0};
}

inline constexpr std::uint64_t kListItems = 24;  // PyListObject.ob_item
inline constexpr std::uint64_t kListAllocated = 32;
inline constexpr std::uint64_t kDictKeys = 32;    // PyDictObject.ma_keys
inline constexpr std::uint64_t kDictValues = 40;  // PyDictObject.ma_values
inline constexpr std::uint64_t kSetUsed = 24;     // PySetObject.used
inline constexpr std::uint64_t kSetMask = 32;
inline constexpr std::uint64_t kSetTable = 40;
inline constexpr std::uint64_t kSetSmallTable = 64;
inline constexpr std::uint64_t kSetEntry = 16;  // setentry: key and hash
inline constexpr std::uint64_t kDequeLeftIndex = 40;
inline constexpr std::uint64_t kDequeBlock = 64;  // items of a block
inline constexpr std::uint64_t kModuleDict = 16;  // PyModuleObject.md_dict

inline constexpr std::uint64_t kTypeName = 24;  // PyTypeObject.tp_name, ...
inline constexpr std::uint64_t kTypeBasicSize = 32;
inline constexpr std::uint64_t kTypeFlags = 168;
inline constexpr std::uint64_t kTypeBase = 256;
inline constexpr std::uint64_t kTypeDict = 264;
inline constexpr std::uint64_t kTypeBases = 336;
inline constexpr std::uint64_t kTypeMro = 344;
inline constexpr std::uint64_t kTypeCache = 352;
inline constexpr std::uint64_t kTypeSubclasses = 360;

// In front of an object with managed attributes, 3.11 and later: its dictionary, or its dictionary and its values.
inline constexpr std::uint64_t kManagedDict = 24;
inline constexpr std::uint64_t kManagedValues = 32;  // 3.11 only

// Of fields whose sign says something else: ob_size of integers up to 3.11.
constexpr std::uint64_t magnitude(std::uint64_t field) noexcept {
    return static_cast<std::int64_t>(field) < 0 ? 0 - field : field;
}

}  // namespace memray::heap
