// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The functions of a capture, each with the lines that it has in it.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "cli/report/diff/line_texts.h"
#include "cli/report/stack_view.h"

namespace memray::report {

// Frames that differ in their lines only.
struct Code {
    std::uint32_t function;  // strings
    std::uint32_t file;      // strings
    FrameKind kind;

    friend auto operator<=>(const Code&, const Code&) = default;
};

struct CodeLines {
    std::string recorded_file;                   // what its capture calls it
    std::map<std::uint32_t, std::string> texts;  // by line; empty if not known
    std::set<std::uint32_t> offsets;             // of lines, from the first one of the function

    [[nodiscard]] std::set<std::uint32_t> lines() const;
    [[nodiscard]] bool has_texts() const;
};

using Codes = std::map<Code, CodeLines>;

// Of frames `first` to `end` (not included). `recorded_files`: for each frame of the view, what its capture calls its
// file.
[[nodiscard]] Codes codes_of(const StackView& view, std::size_t first, std::size_t end,
                             const std::vector<std::string>& recorded_files, LineTexts& texts);

// Python functions of the old capture that are in another file now: those of the same name of which a line has the same
// text; where texts are not known, if there is one of that name on either side, and a line is as far from its
// beginning.
[[nodiscard]] std::map<Code, Code> moved_functions(const StackView& view, const Codes& before, const Codes& after);

}  // namespace memray::report
