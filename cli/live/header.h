// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The top of the screen: what is watched, and its memory over time.
#pragma once

#include <string>
#include <vector>

#include "cli/live/scene.h"

namespace memray::live {

[[nodiscard]] std::vector<Line> header_lines(const State& state, std::size_t width, std::size_t height);

// A command line, printable, without the folders of what was called: nobody looks for those.
[[nodiscard]] std::string command_text(const std::string& command_line);

// "1.5 seconds": how long it has been recorded.
[[nodiscard]] std::string duration_text(const capture::Profile& profile);
// What the heap does not have: what was resident before the recording began, if that was not with the program, and what
// is mapped and no memory. Each with its label; most programs have neither.
struct Beside {
    const char* label;
    std::string text;
};
[[nodiscard]] std::vector<Beside> beside_heap(const capture::Profile& profile);
// Of heap and resident memory, now and at most.
[[nodiscard]] std::string memory_text(const capture::Profile& profile);

// "12.345MB", "-1.000kB"; with a plus sign if `difference`.
[[nodiscard]] std::string signed_size(std::int64_t bytes, bool difference);

}  // namespace memray::live
