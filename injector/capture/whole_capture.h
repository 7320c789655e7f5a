// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A capture that is written at once, from a finished profile: without event log.
#pragma once

#include <string>

#include "injector/capture/format.h"
#include "injector/capture/profile.h"

namespace memray::capture {

// The bytes of the file, symbols included. `finished`: nothing is to come.
[[nodiscard]] Bytes whole_capture(const Profile& profile, bool compress, bool finished);

struct WholeFile {
    std::string path;
    bool overwrite{false};
    bool compress{true};
};

// Throws base::Error if there is something in the way of the file.
void require_creatable(const WholeFile& file);

// The file appears under its name when it is complete and on the disk; whatever happens before leaves nothing there, or
// what was there. Never replaces a file that it may not overwrite, nor anything that is not a regular file. Throws
// base::Error.
void write_capture(const Profile& profile, const WholeFile& file);

}  // namespace memray::capture
