// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What a thread remembers of its Python stack, in one piece of memory that only it uses:
//
//   sent     the frames that the collector knows of, outermost first
//   links    the chain as it was read then, with the frames that do not count, outermost first; links()[-1] is {0, 0},
//            the end of the chain, so that the caller of link i is always at link i - 1
//   details  more to compare of each link, for some interpreters
//   counts   how many frames of `sent` link i and those outwards of it are
//   fresh    frames that are read before it is known where they belong
#pragma once

#include "payload/stack/raw_frame.h"

namespace memray::payload {

// How many frames count outside of a link, by PythonRoom::counts().
inline std::uint32_t counted_outside(const std::uint32_t* counts, std::uint32_t link) noexcept {
    return link == 0 ? 0 : counts[link - 1];
}

// See stack_anchor.h.
struct StackAnchor {
    std::uint64_t thread_state;
    std::uint64_t frame;  // 0: there is none
    std::uint64_t number;
    std::uint32_t link;   // of `frame`
    std::uint32_t looks;  // that it is still good for
    bool is_others;       // somebody else notes frames there
};

struct PythonRoom {
    static constexpr std::uint32_t kFresh = 32;

    unsigned char* memory;    // nullptr: nothing mapped; aligned to 8 bytes, zeroed when new
    std::uint32_t capacity;   // frames
    std::uint32_t depth;      // of `sent`
    std::uint32_t linked;     // links that are known; 0: the next reading begins anew
    std::uint64_t innermost;  // frame of the last link, if `sent` ends with it and there is no frame above; else 0
    StackAnchor anchor;
    std::uint32_t unchanged;  // outermost links that are known to be as they were; none is looked at if they still are

    [[nodiscard]] static constexpr std::uint64_t bytes_for(std::uint32_t capacity) noexcept {
        return sizeof(FrameLink) + std::uint64_t{capacity} * kBytesPerFrame + kFresh * sizeof(RawFrame);
    }
    [[nodiscard]] std::uint32_t link_capacity() const noexcept { return kLinksPerFrame * capacity; }

    [[nodiscard]] FrameLink* links() const noexcept { return reinterpret_cast<FrameLink*>(memory) + 1; }
    [[nodiscard]] CachedFrame* sent() const noexcept {
        return reinterpret_cast<CachedFrame*>(links() + link_capacity());
    }
    [[nodiscard]] std::uint32_t* details() const noexcept {
        return reinterpret_cast<std::uint32_t*>(sent() + capacity);
    }
    [[nodiscard]] std::uint32_t* counts() const noexcept { return details() + link_capacity(); }
    [[nodiscard]] RawFrame* fresh() const noexcept { return reinterpret_cast<RawFrame*>(counts() + link_capacity()); }

    [[nodiscard]] bool has_link(std::uint32_t link, std::uint64_t frame) const noexcept {
        return link < linked && links()[link].frame == frame;
    }

    // Nothing is known, nothing was sent; of another thread, or another recording.
    void forget_all() noexcept { depth = linked = unchanged = 0, innermost = 0, anchor = {}; }

private:
    // Shims lie between frames that native code called, one each.
    static constexpr std::uint32_t kLinksPerFrame = 2;
    static constexpr std::uint64_t kBytesPerFrame =
        sizeof(CachedFrame) + kLinksPerFrame * (sizeof(FrameLink) + 2 * sizeof(std::uint32_t));
};

}  // namespace memray::payload
