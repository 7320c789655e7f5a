// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/payload_file.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "injector/base/error.h"

namespace memray::cli {

std::string find_payload() {
    namespace fs = std::filesystem;
    // For tests that load another one.
    if (const char* chosen = std::getenv("MEMRAY_PAYLOAD")) { return chosen; }
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    const fs::path root = program.parent_path().parent_path();
    for (const char* folder : {"lib", MEMRAY_LIBRARY_FOLDER}) {
        const fs::path file = root / folder / "libmemray_payload.so";
        if (::access(file.c_str(), R_OK) == 0) { return file; }
    }
    throw base::Error("memray: libmemray_payload.so not found in " + (root / "lib").string());
}

}  // namespace memray::cli
