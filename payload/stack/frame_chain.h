// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Walks the current thread's chain of interpreter frames. Only ever called for the calling thread, at an allocation:
// there the chain is whole, with or without the GIL (measured over hundreds of millions of frames). Reads only frames
// and, for frames at their very start, their code objects; validation is left to whoever looks at a code object first.
#pragma once

#include <cstdint>

#include "payload/stack/memory.h"
#include "payload/stack/raw_frame.h"
#include "payload/wire/python_layout.h"

namespace memray::payload {

// The newest frame of a thread state, counted or not; 0 if there is none.
inline std::uint64_t newest_frame(const wire::PythonLayout& layout, std::uint64_t thread_state) noexcept {
    if (layout.model == wire::FrameModel::kNone) { return 0; }
    const auto frame = load<std::uint64_t>(thread_state, layout.tstate_frame);
    if (layout.model != wire::FrameModel::kCFrame || frame == 0) { return frame; }
    return load<std::uint64_t>(frame, layout.cframe_current);
}

// The frame at an address. `innermost`: no frame with code has been met before it.
RawFrame read_raw_frame(const wire::PythonLayout& layout, std::uint64_t at, bool innermost) noexcept;

// Goes through all frames of the chain, shims too, from the newest one on.
class ChainWalk {
public:
    ChainWalk(const wire::PythonLayout& layout, std::uint64_t newest) noexcept : layout_(layout), next_(newest) {}
    // Address of the frame that next() will read, 0 at the end of the chain.
    [[nodiscard]] std::uint64_t at() const noexcept { return next_; }
    // Whether no frame that counts has been read.
    [[nodiscard]] bool at_innermost() const noexcept { return innermost_; }
    // Only if at() is not 0.
    RawFrame next() noexcept {
        const RawFrame frame = read_raw_frame(layout_, next_, innermost_);
        innermost_ = innermost_ && !frame.counted;
        next_ = frame.previous;
        return frame;
    }

private:
    const wire::PythonLayout& layout_;
    std::uint64_t next_;
    bool innermost_{true};
};

}  // namespace memray::payload
