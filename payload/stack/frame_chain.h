// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Walks the current thread's chain of interpreter frames. Only ever called for the calling thread, at an allocation:
// there the chain is whole, with or without the GIL (measured over hundreds of millions of frames). Reads only frames
// and, for frames at their very start, their code objects; validation is left to whoever looks at a code object first.
#pragma once

#include <cstdint>

#include "payload/stack/cached_frame.h"
#include "payload/wire/python_layout.h"

namespace memray::payload {

// The newest frame of a thread state, counted or not; 0 if there is none.
std::uint64_t newest_frame(const wire::PythonLayout& layout, std::uint64_t thread_state) noexcept;

// `frame` itself if it counts or is `expected`, else the next one outwards that does; 0 at the end.
std::uint64_t skip_uncounted(const wire::PythonLayout& layout, std::uint64_t frame, std::uint64_t expected) noexcept;

// Walks the counted frames from the newest one on.
class FrameWalk {
public:
    FrameWalk(const wire::PythonLayout& layout, std::uint64_t newest) noexcept : layout_(layout), next_(newest) {}
    // False at the end of the chain.
    bool next(CachedFrame& entry) noexcept;

private:
    const wire::PythonLayout& layout_;
    std::uint64_t next_;
    bool innermost_{true};
};

// The counted frames, innermost first, into at most `capacity` entries of `out`. `truncated` is set if there were more.
// Returns how many were written.
std::uint32_t read_frame_chain(const wire::PythonLayout& layout, std::uint64_t newest, CachedFrame* out,
                               std::uint32_t capacity, bool& truncated) noexcept;

}  // namespace memray::payload
