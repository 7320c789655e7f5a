// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Walks the current thread's chain of interpreter frames. Only ever called for the calling thread, at an allocation:
// there the chain is whole, with or without the GIL (measured over hundreds of millions of frames). Reads only frames
// and, for frames at their very start, their code objects; validation is left to whoever looks at a code object first.
#pragma once

#include <cstdint>

#include "payload/wire/python_layout.h"
#include "payload/wire/slot.h"

namespace memray::payload {

// The Python frames of a thread state, innermost first, into at most `capacity` entries of `out` (`id` is left alone).
// `truncated` is set if there were more. Returns how many were written.
std::uint32_t read_frame_chain(const wire::PythonLayout& layout, std::uint64_t thread_state, wire::CachedFrame* out,
                               std::uint32_t capacity, bool& truncated) noexcept;

}  // namespace memray::payload
