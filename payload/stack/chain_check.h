// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Whether frames of the interpreter's chain are as they were when they were last read.
//
// Of each frame its caller's address and one word are compared. The word is the instruction pointer, which lies in the
// bytecode of the frame's code object, so that it tells the code object as well: no other has that memory while none
// has died. (3.8 - 3.10 have the code object and a number instead: both are compared.) That the frame counts, and what
// kind of frame its caller is, follows: whether it counts depends on code object and instruction alone once it has
// begun, all others hold FrameLink::kNever; a shim's instruction is in no code object of Python's; and the caller is
// the same frame, which is compared in turn. Only 3.11 has a mark of entries in the frame itself.
//
// The address of the next frame is known before it is loaded, so the processor need not wait for one load before the
// next, which is what makes deep stacks slow. But only frames that the chain itself led to are read: memory of others
// may be gone.
#pragma once

#include <cstdint>
#include <type_traits>

#include "payload/stack/memory.h"
#include "payload/stack/python_room.h"
#include "payload/stack/raw_frame.h"
#include "payload/wire/python_layout.h"

namespace memray::payload {

class ChainCheck {
public:
    explicit ChainCheck(const wire::PythonLayout& layout) noexcept
        : previous_(layout.frame_previous), word_(layout.frame_instruction) {
        if (layout.model == wire::FrameModel::kFrameObject) {
            word_ = layout.frame_code;
            detail_ = layout.frame_instruction;
            kind_ = Kind::kWithNumber;
        } else if (layout.marks_entries != 0 && layout.frame_is_entry != 0) {
            detail_ = layout.frame_is_entry;
            kind_ = Kind::kWithByte;
        }
    }

    // Goes outwards from links[count - 1], whose frame is in the chain, up to those that are known to be unchanged if
    // it comes by the innermost of them. One more than the index of the first link that is not as it was, or whose
    // caller is not; 0 if all are.
    [[nodiscard]] std::uint32_t first_changed(const PythonRoom& room, std::uint32_t count) const noexcept {
        switch (kind_) {
            case Kind::kWithNumber:
                return compare<std::uint32_t>(room, count);
            case Kind::kWithByte:
                return compare<std::uint8_t>(room, count);
            default:
                return compare<void>(room, count);
        }
    }

private:
    enum class Kind : std::uint8_t { kWordOnly, kWithNumber, kWithByte };

    template <typename Detail>
    [[nodiscard]] std::uint32_t compare(const PythonRoom& room, std::uint32_t count) const noexcept {
        const FrameLink* const links = room.links();
        const std::uint32_t* const details = room.details();
        const FrameLink* const unchanged = links + (count > room.unchanged ? room.unchanged : 0);
        const std::uint64_t previous = previous_;
        const std::uint64_t word = word_;
        const FrameLink* link = links + count;
#pragma GCC unroll 2
        while (link != unchanged) {
            --link;
            const std::uint64_t caller = load<std::uint64_t>(link->frame, previous) ^ link[-1].frame;
            const std::uint64_t told = load<std::uint64_t>(link->frame, word) ^ link->word;
            bool same = (caller | told) == 0;
            if constexpr (!std::is_void_v<Detail>) {
                same = same && load<Detail>(link->frame, detail_) == details[link - links];
            }
            if (!same) [[unlikely]] { return static_cast<std::uint32_t>(link - links) + 1; }
        }
        return 0;
    }

    std::uint64_t previous_;
    std::uint64_t word_;
    std::uint64_t detail_{0};
    Kind kind_{Kind::kWordOnly};
};

}  // namespace memray::payload
