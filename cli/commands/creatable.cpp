// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/creatable.h"

#include <sys/stat.h>

#include <filesystem>

#include "injector/base/error.h"

namespace memray::cli {

void require_creatable(const std::string& path, bool overwrite) {
    struct stat status {};
    const std::string parent = std::filesystem::absolute(path).parent_path().string();
    if (::stat(parent.c_str(), &status) != 0) { throw base::system_error("Could not create output file " + path); }
    if (::stat(path.c_str(), &status) != 0 || overwrite) { return; }
    if (S_ISREG(status.st_mode)) {
        throw base::Error("Could not create output file " + path +
                          ": it already exists. Memray can overwrite it with the --force CLI argument.");
    }
}

}  // namespace memray::cli
