// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Options that were set before the command line. What the command line says comes first, then MEMRAY_OPTIONS, then the
// nearest file (cli/settings), then what is built in.
#pragma once

#include <CLI/CLI.hpp>
#include <vector>

#include "cli/command_line/option_scan.h"
#include "cli/settings/setting.h"

namespace memray::cli {

inline constexpr const char* kNoConfig = "--no-config";

// Those that are set for an invocation of `app`, the strongest first; none if its command line (`given`) asks for none
// or for help. Throws base::Error.
[[nodiscard]] std::vector<settings::Setting> wanted_settings(const CLI::App& app,
                                                             const std::vector<GivenOption>& given);

// Throws base::Error for a setting that is none, or that may not come from where it comes from, whichever of the
// subcommands of `program` it is for: also when that is not used now.
void require_known(const std::vector<settings::Setting>& settings, const CLI::App& program);

// Sets those options of `app` that the command line leaves open: not those that exclude what is set already, or need
// what is not. Throws base::Error, with the source, for a value that an option cannot have.
void apply_settings(const std::vector<settings::Setting>& settings, CLI::App& app, std::vector<GivenOption> given);

}  // namespace memray::cli
