// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Runs the instructions of call frame information (DWARF 5, section 6.4.2, and GNU's additions) for one function, and
// says how its frame is left at each of its addresses.
#pragma once

#include <cstdint>
#include <vector>

#include "injector/unwind/byte_cursor.h"
#include "injector/unwind/frame_state.h"
#include "payload/wire/unwind_table.h"

namespace memray::unwind {

// From this address on, up to the next row's.
struct Row {
    std::uint64_t address{0};
    wire::UnwindRule rule;
};

// What the functions of one compilation unit have in common (a CIE).
struct FrameConventions {
    std::uint64_t code_alignment{1};
    std::int64_t data_alignment{1};
    bool signal{false};
    Bytes initial_instructions;
};

// A function, or a part of one (an FDE).
struct FunctionFrames {
    std::uint64_t begin{0};
    std::uint64_t end{0};
    Bytes instructions;
};

// Appends the rows of [begin, end) to `rows`. Where the instructions make no sense the rest is "stop here".
void append_rows(const FrameConventions& conventions, const FunctionFrames& function, std::vector<Row>& rows);

}  // namespace memray::unwind
