// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// How many objects of which type there are.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "injector/heap/graph/heap.h"

namespace memray::heap {

struct TypeCount {
    std::string name;  // with its module
    TypeId type{kNoType};
    std::uint64_t objects{0};
    std::uint64_t bytes{0};      // as sys.getsizeof() counts them
    std::uint64_t allocated{0};  // bytes of the blocks that the objects themselves are in
    std::uint64_t retained{0};   // bytes that are there for objects of this type only, each counted once
    NodeId biggest{kNoNode};     // that with the largest retained size
};

// Of all objects in blocks, those first that are largest by themselves.
[[nodiscard]] std::vector<TypeCount> count_types(Heap& heap);

struct StringCount {
    std::uint64_t strings{0};
    std::uint64_t bytes{0};
    std::uint64_t repeated{0};        // strings that say what another one says
    std::uint64_t repeated_bytes{0};  // that one for each text would save
};
[[nodiscard]] StringCount count_strings(Heap& heap);

}  // namespace memray::heap
