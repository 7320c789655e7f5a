// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Tells what a block in use is: an object, and of which type, or memory that an object (or somebody else) owns. There
// is no list of all objects, so the block itself must say: its second word is a type, in front of it is what that type
// wants there, the size that its own fields imply is what the block has room for, and its reference count makes sense.
#pragma once

#include <cstdint>

#include "injector/heap/memory/block.h"
#include "injector/heap/memory/memory.h"
#include "injector/heap/python/type_table.h"

namespace memray::heap {

struct Classified {
    Block block;             // without what PYTHONMALLOC=debug puts around it
    TypeId type{kNoType};    // kNoType: not an object
    std::uint32_t front{0};  // bytes of the block in front of the object
    bool free{false};        // an object that is kept for reuse: it has been deallocated

    [[nodiscard]] RemoteAddr object() const noexcept { return block.address + front; }
};

class Classifier {
public:
    Classifier(const Memory& memory, const Runtime& runtime, TypeTable& types)
        : memory_(memory), layout_(*runtime.layout), types_(types) {}

    [[nodiscard]] Classified classify(const Block& block);

    // Of an object that lies in no block of an allocator (static types, small integers from 3.12 on); kNoType if there
    // is none at `address`.
    [[nodiscard]] TypeId classify_static(RemoteAddr address);

private:
    struct Bytes;

    [[nodiscard]] bool try_object(const Bytes& bytes, std::uint32_t front, Classified& found);
    [[nodiscard]] bool fits(const Bytes& object, const Type& type, const Block& block) const;
    [[nodiscard]] std::uint64_t string_size(const Bytes& object, const Type& type) const;
    [[nodiscard]] std::uint64_t integer_size(const Bytes& object, const Type& type) const;

    const Memory& memory_;
    const HeapLayout& layout_;
    TypeTable& types_;
};

}  // namespace memray::heap
