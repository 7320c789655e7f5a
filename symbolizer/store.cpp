// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/store.h"

#include <sys/stat.h>
#include <unistd.h>

#include "injector/base/output_place.h"
#include "injector/capture/symbols_file.h"

namespace memray::symbolizer {
namespace {

// A file without write permission is left alone even if we could write it, being root.
bool is_writable(const base::OutputPlace& place) {
    const auto status = place.status();
    return status && (status->st_mode & 0222U) != 0 && !place.is_planted(*status) &&
           ::faccessat(place.folder(), place.name().c_str(), W_OK, 0) == 0;
}

bool is_writable_folder(const base::OutputPlace& place) {
    struct stat status {};
    return ::fstat(place.folder(), &status) == 0 && (status.st_mode & 0222U) != 0 &&
           ::faccessat(place.folder(), ".", W_OK, 0) == 0;
}

}  // namespace

Stored store(const std::string& path, const capture::Profile& profile, const capture::Symbols& symbols) {
    // The file is replaced, not changed: that takes a folder that can be written.
    const base::OutputPlace file(path);
    if (is_writable(file) && is_writable_folder(file)) {
        capture::write_symbols(path, profile, symbols, path);
        return Stored::kInCapture;
    }
    if (!is_writable_folder(base::OutputPlace(capture::sidecar_path(path)))) { return Stored::kNowhere; }
    capture::write_sidecar(path, profile, symbols);
    return Stored::kBeside;
}

}  // namespace memray::symbolizer
