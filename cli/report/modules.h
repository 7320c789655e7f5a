// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Which module a source file belongs to, judged by its path alone: reports are made on other machines than captures.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/report/stack_view.h"

namespace memray::report {

inline constexpr std::string_view kNoModule = "<root>";  // nothing but the standard library is on the stack

// The top-level package or module of a file: relative to site-packages or dist-packages, else to the first of
// `search_paths` that holds it, else its own name. Empty for files of the standard library.
[[nodiscard]] std::string module_of(std::string_view file, const std::vector<std::string>& search_paths);

// For each stack of the view, the module of its innermost Python frame that is not of the standard library, or
// kNoModule. Texts are those of `module_of_string`, which must outlive the result.
[[nodiscard]] std::vector<std::string_view> modules_of_stacks(const StackView& view,
                                                              const std::vector<std::string>& module_of_string);

// module_of() for every string that is the file of a Python frame; the others stay empty.
[[nodiscard]] std::vector<std::string> modules_of_files(const StackView& view,
                                                        const std::vector<std::string>& search_paths);

}  // namespace memray::report
