// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What frames refer to: locals, the value stack as far as it is in use, and what the frame is of. Where a frame runs,
// the interpreter keeps the height of its stack to itself: then every slot counts, stale ones too.
#pragma once

#include <cstdint>
#include <functional>

#include "injector/heap/memory/memory.h"
#include "injector/heap/python/heap_layout.h"

namespace memray::heap {

class FrameReferences {
public:
    // Null words are passed, too.
    using Word = std::function<void(RemoteAddr to)>;

    FrameReferences(const Memory& memory, const HeapLayout& layout) : memory_(memory), layout_(layout) {}

    // PyFrameObject, `size` bytes long. Up to 3.10 it is the frame, that of a generator, too; later it may hold one.
    void of_frame_object(RemoteAddr frame, std::uint64_t size, const Word& word) const;
    // A generator of 3.11 and later, in which its frame lies. Of one that is a coroutine, or asynchronous,
    // `has_origin`: others leave that field as it was.
    // Its list of weak references, at `weaklist`, is not counted.
    void of_generator(RemoteAddr generator, std::uint64_t size, std::uint64_t weaklist, bool has_origin,
                      const Word& word) const;
    // _PyInterpreterFrame of 3.11 and later, whose slots end at `end` at the latest.
    void of_interpreter_frame(RemoteAddr frame, RemoteAddr end, const Word& word) const;

private:
    void of_old_frame_object(RemoteAddr frame, std::uint64_t size, const Word& word) const;
    void of_new_frame_object(RemoteAddr object, std::uint64_t size, const Word& word) const;
    void words(RemoteAddr begin, RemoteAddr end, const Word& word) const;

    const Memory& memory_;
    const HeapLayout& layout_;
};

}  // namespace memray::heap
