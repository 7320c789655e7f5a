// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Puts the names of native frames where read_profile() finds them: into the capture, or into a file beside it. Both are
// written as a new file that takes its name when it is complete: a crash half-way leaves everything as it was.
#pragma once

#include <string>

#include "injector/base/unique_fd.h"
#include "injector/capture/format.h"
#include "injector/capture/input_file.h"
#include "injector/capture/profile.h"

namespace memray::capture {

// Keeps recordings and other writers off a capture, as long as it exists.
class CaptureLock {
public:
    // Throws base::Error if a recording is writing the capture or somebody else holds it.
    explicit CaptureLock(const std::string& path);

private:
    base::UniqueFd fd_;
};

// Writes the capture `path` with `symbols` instead of those it has to `output`, which may be `path` itself. `profile`
// is what was read from it. Throws base::Error.
void write_symbols(const std::string& path, const Profile& profile, const Symbols& symbols, const std::string& output);

// A file that holds symbols alone. Reading it fills in the symbols of `profile` if it is whole and of this profile;
// else it is as if it were not there.
[[nodiscard]] Bytes symbols_alone(const Profile& profile, const Symbols& symbols);
void load_symbols_alone(const std::string& path, Profile& profile);

// Where symbols are kept that cannot be written into the capture.
[[nodiscard]] std::string sidecar_path(const std::string& capture);
// Reads them. Those that another user than the owner of the capture has put there are not believed, but for root's.
void load_sidecar(const std::string& path, const InputFile& capture, Profile& profile);
void write_sidecar(const std::string& capture, const Profile& profile, const Symbols& symbols);

}  // namespace memray::capture
