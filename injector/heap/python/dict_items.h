// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The insides of a dictionary (Objects/dictobject.c, Include/internal/pycore_dict.h): keys, which instances of one
// class may share, and values, which lie with the keys or apart from them.
#pragma once

#include <cstdint>
#include <functional>

#include "injector/heap/memory/memory.h"
#include "injector/heap/python/heap_layout.h"

namespace memray::heap {

// PyDictKeysObject.
struct DictKeys {
    RemoteAddr entries;
    std::uint64_t count{0};       // of entries that were filled, deleted ones among them
    std::uint64_t usable{0};      // entries that can still be filled
    std::uint64_t slots{0};       // of the hash table
    std::uint64_t references{0};  // how many dictionaries share it
    std::uint32_t entry_size{0};
    std::uint32_t key_at{0};    // in an entry
    std::uint32_t value_at{0};  // in an entry
    bool split{false};          // the values lie apart
    std::uint64_t index_bytes{0};
    std::uint64_t header_bytes{0};

    // Of the whole block, as CPython counts it for sys.getsizeof().
    [[nodiscard]] std::uint64_t bytes() const noexcept;
};

// What makes no sense has no entries.
[[nodiscard]] DictKeys read_dict_keys(const Memory& memory, const HeapLayout& layout, RemoteAddr keys);

// The values of a dictionary, or of an object, that lie apart from their keys.
struct SplitValues {
    RemoteAddr block;  // what was allocated for them; null if they are part of their object
    RemoteAddr values;
    std::uint64_t count{0};
};
[[nodiscard]] SplitValues read_split_values(const Memory& memory, const HeapLayout& layout, RemoteAddr values,
                                            const DictKeys& keys);

// In the order of insertion; null values (deleted, or not set) are left out. `item` returns whether to go on.
using DictItem = std::function<bool(RemoteAddr key, RemoteAddr value)>;
void for_each_dict_item(const Memory& memory, const HeapLayout& layout, RemoteAddr dict, const DictItem& item);

// The value of a key that is a string of ASCII letters; null if there is none.
[[nodiscard]] RemoteAddr dict_value(const Memory& memory, const HeapLayout& layout, RemoteAddr dict,
                                    std::string_view key);

}  // namespace memray::heap
