// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Files that reports are written to: never over an existing one unless the user said so.
#pragma once

#include <string>

namespace memray::cli {

// Throws base::Error if there is a folder at `path`, or a file that may not be overwritten: asked before the work is
// done, not only after it.
void require_writable(const std::string& path, bool overwrite);

// Writes all of `content` or throws base::Error, and then leaves what was there before.
void write_report(const std::string& path, const std::string& content, bool overwrite);

// Prints `text`, or writes it to a file at `path` if that is not empty, and says so.
void print_or_write(const std::string& text, const std::string& path, bool overwrite);

}  // namespace memray::cli
