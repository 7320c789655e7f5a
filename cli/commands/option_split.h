// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Where the options of `run` end and the profiled program begins.
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <string>
#include <vector>

namespace memray::cli {

// How many of the arguments are options of `app` and their values: everything before "--" or the first argument that
// is neither.
[[nodiscard]] std::size_t leading_options(const CLI::App& app, const std::vector<std::string>& arguments);

}  // namespace memray::cli
