// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What one frame says: its code object and instruction.
#pragma once

#include <cstdint>

#include "payload/stack/cached_frame.h"
#include "payload/stack/memory.h"
#include "payload/wire/python_layout.h"
#include "payload/wire/record.h"

namespace memray::payload {

// All `id`s are 0; `code` is 0 for a frame without a code object.

// 3.8 - 3.10: f_lasti is an index, not a pointer.
inline CachedFrame read_frame_object(const wire::PythonLayout& layout, std::uint64_t frame) noexcept {
    const auto last = load<std::int32_t>(frame, layout.frame_instruction);
    const std::int32_t bytes = last < 0 ? -1 : last << layout.instruction_shift;
    return {load<std::uint64_t>(frame, layout.frame_code), 0, wire::frame_place(bytes, layout.marks_entries != 0)};
}

// Start of the bytecode that the frame executes. Free-threaded builds may run a thread's own copy (co_tlbc).
inline std::uint64_t instructions_of(const wire::PythonLayout& layout, std::uint64_t frame,
                                     std::uint64_t code) noexcept {
    if (layout.code_tlbc == 0) { return code + layout.code_instructions; }
    const auto index = load<std::int32_t>(frame, layout.frame_tlbc_index);
    const auto copies = load<std::uint64_t>(code, layout.code_tlbc);
    if (index <= 0 || copies == 0) { return code + layout.code_instructions; }
    // _PyCodeArray: Py_ssize_t size; char* entries[size].
    if (index >= load<std::int64_t>(copies, 0)) { return code + layout.code_instructions; }
    const auto copy = load<std::uint64_t>(copies, sizeof(std::uint64_t) * (1 + static_cast<std::uint64_t>(index)));
    return copy != 0 ? copy : code + layout.code_instructions;
}

// A frame that the interpreter's C code put between Python frames. It has nothing else to say.
inline bool is_shim(const wire::PythonLayout& layout, std::uint64_t frame) noexcept {
    return load<std::uint8_t>(frame, layout.frame_owner) >= layout.shim_owner;
}

// Whether an evaluation function of its own runs this frame; known only if entries are to be marked.
inline bool is_entry_frame(const wire::PythonLayout& layout, std::uint64_t frame) noexcept {
    if (layout.marks_entries == 0) { return false; }
    if (layout.frame_is_entry != 0) { return load<std::uint8_t>(frame, layout.frame_is_entry) != 0; }
    const auto previous = load<std::uint64_t>(frame, layout.frame_previous);
    return previous != 0 && is_shim(layout, previous);
}

inline constexpr std::uint8_t kOwnedByThread = 0;     // FRAME_OWNED_BY_THREAD, the same in 3.11 to 3.15
inline constexpr std::uint8_t kOwnedByGenerator = 1;  // FRAME_OWNED_BY_GENERATOR, likewise

// 0 if it has none. 3.11 and later.
inline std::uint64_t code_of_frame(const wire::PythonLayout& layout, std::uint64_t frame) noexcept {
    return load<std::uint64_t>(frame, layout.frame_code) & layout.executable_mask;
}

// Whether a frame at this instruction (offset in bytes) has reached its first traceable one. 3.11 and later.
inline bool has_begun(const wire::PythonLayout& layout, std::uint64_t code, std::int32_t instruction) noexcept {
    constexpr std::int32_t kLongestPrologue = 512;  // bytes; spares a look at the code object for many frames
    if (instruction >= kLongestPrologue || layout.code_first_traceable == 0) { return true; }
    return instruction >= 2 * load<std::int32_t>(code, layout.code_first_traceable);
}

// 3.11 and later. Not for shims.
inline CachedFrame read_interpreter_frame(const wire::PythonLayout& layout, std::uint64_t frame) noexcept {
    const std::uint64_t code = code_of_frame(layout, frame);
    if (code == 0) { return {0, 0, -1}; }
    const auto instruction = load<std::uint64_t>(frame, layout.frame_instruction);
    const auto offset = static_cast<std::int64_t>(instruction - instructions_of(layout, frame, code));
    const bool sane = offset >= 0 && offset <= wire::kMostInstruction;
    const std::int32_t bytes = sane ? static_cast<std::int32_t>(offset) : -1;
    return {code, 0, wire::frame_place(bytes, is_entry_frame(layout, frame))};
}

}  // namespace memray::payload
