// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Files that reports are written to: never over an existing one unless the user said so.
#pragma once

#include <string>

namespace memray::cli {

// Throws base::Error if there is a file at `path`: asked before the work is done, not only after it.
void require_absent(const std::string& path);

// Writes all of `content` or throws base::Error, and then leaves what was there before.
void write_report(const std::string& path, const std::string& content, bool overwrite);

}  // namespace memray::cli
