// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// "My code": the stacks of a program as its author knows them. No memory is left out: what frames held that are not
// shown counts for the nearest one that is. frame_class.h says whose a frame is.
//
//  - Interpreter, C library, allocators and import system are never shown.
//  - What a library does while it is imported is one frame, "import pandas", at the line that imports it. Where
//    a line imports several modules, what the import system needed for all of them is "import numpy, pandas".
//  - Libraries are not shown where they call the program's own code, as frameworks do. What they allocate themselves,
//    and what own code has them allocate, keeps their frames; or, in reports that are a list, the latter counts for the
//    line of own code that called.
#pragma once

#include <string_view>

#include "cli/report/stack_view.h"

namespace memray::report {

enum class LibraryCalls : std::uint8_t { kShown, kCharged };  // by own code

void show_my_code(StackView& view, LibraryCalls calls);
// The same of a view that stays as it is, without a copy of its stacks, which are what takes most memory.
[[nodiscard]] StackView my_code_of(const StackView& view, LibraryCalls calls);

// Whether a frame of that is what a line imports. No function of Python has a space in its name, or is a keyword.
[[nodiscard]] inline bool names_import(std::string_view function) noexcept {
    return function == "import" || function.starts_with("import ");
}

}  // namespace memray::report
