// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/stack/frame_chain.h"

#include "payload/stack/frame_fields.h"

namespace memray::payload {
namespace {

using wire::FrameModel;
using wire::PythonLayout;

constexpr std::uint8_t kOwnedByGenerator = 1;  // FRAME_OWNED_BY_GENERATOR, the same in 3.11 to 3.15

// A frame that has not reached its first traceable instruction is not on the stack as Python shows it: either it is
// still being set up, or it is the shim below a class's __init__ (3.13 and later).
bool is_incomplete(const PythonLayout& layout, std::uint64_t frame, const CachedFrame& entry) noexcept {
    constexpr std::int32_t kLongestPrologue = 512;  // bytes; spares a look at the code object for nearly all frames
    const std::int32_t instruction = wire::place_instruction(entry.instruction);
    if (instruction >= kLongestPrologue || layout.code_first_traceable == 0) { return false; }
    if (load<std::uint8_t>(frame, layout.frame_owner) == kOwnedByGenerator) { return false; }
    return instruction < 2 * load<std::int32_t>(entry.code, layout.code_first_traceable);
}

bool counts(const PythonLayout& layout, std::uint64_t frame, const CachedFrame& entry) noexcept {
    return entry.code != 0 && (layout.model == FrameModel::kFrameObject || !is_incomplete(layout, frame, entry));
}

}  // namespace

std::uint64_t newest_frame(const PythonLayout& layout, std::uint64_t thread_state) noexcept {
    if (layout.model == FrameModel::kNone) { return 0; }
    const auto frame = load<std::uint64_t>(thread_state, layout.tstate_frame);
    if (layout.model != FrameModel::kCFrame || frame == 0) { return frame; }
    return load<std::uint64_t>(frame, layout.cframe_current);
}

std::uint64_t skip_uncounted(const PythonLayout& layout, std::uint64_t frame, std::uint64_t expected) noexcept {
    for (; frame != expected && frame != 0; frame = load<std::uint64_t>(frame, layout.frame_previous)) {
        if (is_shim(layout, frame)) { continue; }
        if (counts(layout, frame, read_frame(layout, frame))) { break; }
    }
    return frame;
}

bool FrameWalk::next(CachedFrame& entry) noexcept {
    for (; next_ != 0; next_ = load<std::uint64_t>(next_, layout_.frame_previous)) {
        if (is_shim(layout_, next_)) { continue; }
        entry = read_frame(layout_, next_);
        const bool counted = counts(layout_, next_, entry);
        // The innermost frame counts though it may be incomplete, but not as what it will be once it has callees.
        if (!counted && innermost_ && entry.code != 0) {
            entry.frame = 0;
        } else if (!counted) {
            continue;
        }
        innermost_ = false;
        next_ = load<std::uint64_t>(next_, layout_.frame_previous);
        return true;
    }
    return false;
}

std::uint32_t read_frame_chain(const PythonLayout& layout, std::uint64_t newest, CachedFrame* out,
                               std::uint32_t capacity, bool& truncated) noexcept {
    FrameWalk walk(layout, newest);
    CachedFrame entry;
    std::uint32_t count = 0;
    truncated = false;
    while (walk.next(entry)) {
        truncated = count == capacity;
        if (truncated) { break; }
        out[count++] = entry;
    }
    return count;
}

}  // namespace memray::payload
