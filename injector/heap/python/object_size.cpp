// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/python/object_size.h"

#include <algorithm>

#include "injector/heap/python/dict_items.h"
#include "injector/heap/python/object_fields.h"
#include "injector/heap/python/strings.h"

namespace memray::heap {
namespace {

constexpr std::uint64_t kByteArrayAllocated = 24;
constexpr std::uint64_t kDigit = 4;
constexpr std::uint64_t kDequeBlocks = 528;  // BLOCKLEN pointers, and two links

// Objects/unicodeobject.c, unicode_sizeof_impl.
std::uint64_t string_size(const Memory& memory, const HeapLayout& layout, RemoteAddr object) {
    const std::uint64_t length = memory.word(object + kObSize);
    const auto [interned, width, compact, ascii] = str_state(memory.get<std::uint32_t>(object + kStrState).value_or(0));
    if (compact && ascii) { return layout.ascii_size + length + 1; }
    std::uint64_t size =
        compact ? layout.compact_size + (length + 1) * width : layout.unicode_size + (length + 1) * width;
    const RemoteAddr utf8(memory.word(object + layout.ascii_size + kPointer));
    const bool own_utf8 = !utf8.is_null() && !(!compact && ascii);
    if (own_utf8) { size += memory.word(object + layout.ascii_size) + 1; }
    return size;
}

// Objects/longobject.c, int___sizeof___impl.
std::uint64_t integer_size(const Memory& memory, const HeapLayout& layout, const Type& type, RemoteAddr object) {
    const std::uint64_t word = memory.word(object + kObSize);
    if (!layout.at_least(12)) {
        const std::uint64_t digits = magnitude(word);
        return kDigits + (layout.at_least(11) ? std::max<std::uint64_t>(digits, 1) : digits) * kDigit;
    }
    return type.basic_size + std::max<std::uint64_t>(word >> 3U, 1) * kDigit;
}

// Objects/dictobject.c, _PyDict_SizeOf: keys that are shared are nobody's.
std::uint64_t dict_size(const Memory& memory, const HeapLayout& layout, RemoteAddr object) {
    const DictKeys keys = read_dict_keys(memory, layout, RemoteAddr(memory.word(object + kDictKeys)));
    std::uint64_t size = 0;
    if (memory.word(object + kDictValues) != 0) {
        size += (layout.at_least(11) ? keys.count + keys.usable : keys.slots * 2 / 3) * kPointer;
    }
    if (keys.references == 1) { size += keys.bytes(); }
    return size;
}

// Objects/bytearrayobject.c, bytearray_sizeof: from 3.15 on the data is a bytes object, which counts as a part.
std::uint64_t bytearray_size(const Memory& memory, const HeapLayout& layout, RemoteAddr object) {
    constexpr std::uint64_t kBytesObject = 33;  // PyBytesObject without its bytes
    const std::uint64_t allocated = memory.word(object + kByteArrayAllocated);
    return allocated + (layout.at_least(15) && allocated > 0 ? kBytesObject : 0);
}

std::uint64_t set_size(const Memory& memory, RemoteAddr object) {
    if (memory.word(object + kSetTable) == (object + kSetSmallTable).value()) { return 0; }
    return (memory.word(object + kSetMask) + 1) * kSetEntry;
}

// Modules/_collectionsmodule.c, deque___sizeof___impl.
std::uint64_t deque_size(const Memory& memory, RemoteAddr object) {
    const std::uint64_t end = memory.word(object + kDequeLeftIndex) + memory.word(object + kObSize);
    return (end + kDequeBlock - 1) / kDequeBlock * kDequeBlocks;
}

// Objects/typeobject.c, type___sizeof___impl.
std::uint64_t type_size(const Memory& memory, const HeapLayout& layout, const Type& type, RemoteAddr object) {
    const RemoteAddr keys(memory.word(object + layout.ht_cached_keys));
    return type.basic_size + (keys.is_null() ? 0 : read_dict_keys(memory, layout, keys).bytes());
}

// Objects/typeobject.c, object___sizeof___impl.
std::uint64_t plain_size(const Memory& memory, const Type& type, RemoteAddr object) {
    if (type.item_size == 0) { return type.basic_size; }
    return type.basic_size + magnitude(memory.word(object + kObSize)) * type.item_size;
}

std::uint64_t own_size(const Memory& memory, const HeapLayout& layout, const Type& type, RemoteAddr object) {
    switch (type.kind) {
        case Kind::kStr:
            return string_size(memory, layout, object);
        case Kind::kInt:
            return integer_size(memory, layout, type, object);
        case Kind::kList:
            return type.basic_size + memory.word(object + kListAllocated) * kPointer;
        case Kind::kByteArray:
            return type.basic_size + bytearray_size(memory, layout, object);
        case Kind::kDict:
            return type.basic_size + dict_size(memory, layout, object);
        case Kind::kSet:
            return type.basic_size + set_size(memory, object);
        case Kind::kDeque:
            return type.basic_size + deque_size(memory, object);
        case Kind::kType:
            return type_size(memory, layout, type, object);
        case Kind::kCode:
            return (plain_size(memory, type, object) + kPointer - 1) / kPointer * kPointer;
        default:
            return plain_size(memory, type, object);
    }
}

}  // namespace

std::uint64_t object_size(const Memory& memory, const HeapLayout& layout, const Type& type, RemoteAddr object,
                          std::uint64_t size) {
    if (type.kind == Kind::kFrame || type.kind == Kind::kGenerator) { return type.pre_header + size; }
    // Static types have nothing in front of them, though sys.getsizeof() counts it in 3.11 and 3.12.
    constexpr std::uint64_t kHeapType = 1U << 9U;
    const bool is_static = type.kind == Kind::kType && (memory.word(object + kTypeFlags) & kHeapType) == 0;
    if (is_static) { return layout.type_size + (layout.at_least(11) && !layout.at_least(13) ? type.pre_header : 0); }
    return type.pre_header + own_size(memory, layout, type, object);
}

}  // namespace memray::heap
