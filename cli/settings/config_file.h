// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Settings in files: memray.toml, or the table [tool.memray] of a pyproject.toml. Keys are long names of options; those
// of a table [run], [summary], ... are of that subcommand alone, and come before the others.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/settings/setting.h"

namespace memray::settings {

// Of the nearest file in `folder` (absolute) or above it; none if there is none. A pyproject.toml without that table is
// none, nor is, in a folder that everybody may write to, a file of somebody else's but root's. Throws base::Error for
// one that cannot be read or is no TOML.
[[nodiscard]] std::vector<Setting> nearest_file_settings(const std::filesystem::path& folder);

}  // namespace memray::settings
