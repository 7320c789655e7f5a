// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// How large an object is, by itself, with the memory that is its alone: what sys.getsizeof() says of it. Types of
// extensions may have a __sizeof__ of their own, which nobody here knows: of those it is the object without the memory
// that it points to.
#pragma once

#include <cstdint>

#include "injector/heap/memory/memory.h"
#include "injector/heap/python/type_table.h"

namespace memray::heap {

// Bytes. `size` of them are there from the object on; so large are frames and generators, rounded as their allocator
// has it.
[[nodiscard]] std::uint64_t object_size(const Memory& memory, const HeapLayout& layout, const Type& type,
                                        RemoteAddr object, std::uint64_t size);

}  // namespace memray::heap
