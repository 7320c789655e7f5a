// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/stack/frame_chain.h"

#include "payload/stack/memory.h"

namespace memray::payload {
namespace {

using wire::CachedFrame;
using wire::FrameModel;
using wire::PythonLayout;

constexpr std::uint8_t kOwnedByGenerator = 1;  // FRAME_OWNED_BY_GENERATOR, the same in 3.11 to 3.15

std::uint64_t newest_frame(const PythonLayout& layout, std::uint64_t thread_state) noexcept {
    const auto frame = load<std::uint64_t>(thread_state, layout.tstate_frame);
    if (layout.model != FrameModel::kCFrame || frame == 0) { return frame; }
    return load<std::uint64_t>(frame, layout.cframe_current);
}

// 3.8 - 3.10: f_lasti is an index, not a pointer.
CachedFrame read_frame_object(const PythonLayout& layout, std::uint64_t frame) noexcept {
    const auto last = load<std::int32_t>(frame, layout.frame_instruction);
    const std::int32_t bytes = last < 0 ? -1 : last << layout.instruction_shift;
    return {load<std::uint64_t>(frame, layout.frame_code), 0, bytes};
}

// Start of the bytecode that the frame executes. Free-threaded builds may run a thread's own copy (co_tlbc).
std::uint64_t instructions_of(const PythonLayout& layout, std::uint64_t frame, std::uint64_t code) noexcept {
    if (layout.code_tlbc == 0) { return code + layout.code_instructions; }
    const auto index = load<std::int32_t>(frame, layout.frame_tlbc_index);
    const auto copies = load<std::uint64_t>(code, layout.code_tlbc);
    if (index <= 0 || copies == 0) { return code + layout.code_instructions; }
    // _PyCodeArray: Py_ssize_t size; char* entries[size].
    if (index >= load<std::int64_t>(copies, 0)) { return code + layout.code_instructions; }
    const auto copy = load<std::uint64_t>(copies, sizeof(std::uint64_t) * (1 + static_cast<std::uint64_t>(index)));
    return copy != 0 ? copy : code + layout.code_instructions;
}

CachedFrame read_interpreter_frame(const PythonLayout& layout, std::uint64_t frame) noexcept {
    const std::uint64_t code = load<std::uint64_t>(frame, layout.frame_code) & layout.executable_mask;
    if (code == 0) { return {0, 0, -1}; }
    const auto instruction = load<std::uint64_t>(frame, layout.frame_instruction);
    const auto offset = static_cast<std::int64_t>(instruction - instructions_of(layout, frame, code));
    constexpr std::int64_t kMostBytes = 1LL << 30;
    return {code, 0, offset < 0 || offset > kMostBytes ? -1 : static_cast<std::int32_t>(offset)};
}

// A frame that has not reached its first traceable instruction is not on the stack as Python shows it: either it is
// still being set up, or it is the shim below a class's __init__ (3.13 and later).
bool is_incomplete(const PythonLayout& layout, std::uint64_t frame, const CachedFrame& entry) noexcept {
    constexpr std::int32_t kLongestPrologue = 512;  // bytes; spares a look at the code object for nearly all frames
    if (entry.instruction >= kLongestPrologue || layout.code_first_traceable == 0) { return false; }
    if (load<std::uint8_t>(frame, layout.frame_owner) == kOwnedByGenerator) { return false; }
    return entry.instruction < 2 * load<std::int32_t>(entry.code, layout.code_first_traceable);
}

struct Output {
    CachedFrame* out;
    std::uint32_t capacity;
    std::uint32_t count{0};
    bool full{false};

    bool add(const CachedFrame& frame) noexcept {
        if (count == capacity) {
            full = true;
            return false;
        }
        out[count].code = frame.code;
        out[count].instruction = frame.instruction;
        ++count;
        return true;
    }
};

void read_frame_objects(const PythonLayout& layout, std::uint64_t frame, Output& output) noexcept {
    while (frame != 0 && output.add(read_frame_object(layout, frame))) {
        frame = load<std::uint64_t>(frame, layout.frame_previous);
    }
}

void read_interpreter_frames(const PythonLayout& layout, std::uint64_t frame, Output& output) noexcept {
    for (; frame != 0; frame = load<std::uint64_t>(frame, layout.frame_previous)) {
        if (load<std::uint8_t>(frame, layout.frame_owner) >= layout.shim_owner) { continue; }
        const CachedFrame entry = read_interpreter_frame(layout, frame);
        if (entry.code == 0) { continue; }
        if (output.count > 0 && is_incomplete(layout, frame, entry)) { continue; }
        if (!output.add(entry)) { return; }
    }
}

}  // namespace

std::uint32_t read_frame_chain(const PythonLayout& layout, std::uint64_t thread_state, CachedFrame* out,
                               std::uint32_t capacity, bool& truncated) noexcept {
    Output output{out, capacity};
    const std::uint64_t frame = newest_frame(layout, thread_state);
    if (layout.model == FrameModel::kFrameObject) {
        read_frame_objects(layout, frame, output);
    } else if (layout.model != FrameModel::kNone) {
        read_interpreter_frames(layout, frame, output);
    }
    truncated = output.full;
    return output.count;
}

}  // namespace memray::payload
