// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The functions that an .eh_frame section describes.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "injector/unwind/frame_program.h"

namespace memray::unwind {

// The section, as it is in the memory of a process or would be.
struct EhFrame {
    std::vector<std::uint8_t> bytes;
    std::uint64_t address{0};  // of the first byte
};

// Calls `found` for each entry, in the order of the section. Entries that make no sense are left out.
void for_each_function(const EhFrame& section,
                       const std::function<void(const FrameConventions&, const FunctionFrames&)>& found);

}  // namespace memray::unwind
