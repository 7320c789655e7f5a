// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/store.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "injector/capture/replacement_file.h"
#include "injector/capture/symbols_file.h"

namespace memray::symbolizer {
namespace {

// A file without write permission is left alone even if we could write it, being root.
bool is_writable(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && (status.st_mode & 0222U) != 0 && ::access(path.c_str(), W_OK) == 0;
}

}  // namespace

Stored store(const std::string& path, const capture::Profile& profile, const capture::Symbols& symbols) {
    // The file is replaced, not changed: that takes a folder that can be written.
    const std::filesystem::path file = capture::follow_links(path);
    if (is_writable(file) && is_writable(file.parent_path())) {
        capture::write_symbols(path, profile, symbols, path);
        return Stored::kInCapture;
    }
    const std::filesystem::path sidecar = capture::follow_links(capture::sidecar_path(path));
    if (!is_writable(sidecar.parent_path())) { return Stored::kNowhere; }
    capture::write_sidecar(path, profile, symbols);
    return Stored::kBeside;
}

}  // namespace memray::symbolizer
