// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/recording/creatable.h"

#include <sys/stat.h>

#include "injector/base/output_place.h"
#include "injector/capture/output_file.h"

namespace memray::recording {

void require_creatable(const std::string& path, bool overwrite) {
    const base::OutputPlace place(path);
    const auto there = place.status();
    if (there && S_ISREG(there->st_mode) && !overwrite) { throw capture::already_exists(path); }
}

}  // namespace memray::recording
