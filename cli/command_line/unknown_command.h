// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What to say when the first word after `memray` is no subcommand: a slip, or `run` or a report left out.
#pragma once

#include <string>
#include <vector>

namespace memray::cli {

// `before`: the options in front of `word`. `commands`: the subcommands that there are.
[[nodiscard]] std::string unknown_command(const std::vector<std::string>& before, const std::string& word,
                                          const std::vector<std::string>& commands);

}  // namespace memray::cli
