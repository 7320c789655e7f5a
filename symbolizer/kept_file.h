// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What the recorder kept of a module whose file was gone when the recording ended.
#pragma once

#include <cstdint>

#include "injector/base/unique_fd.h"
#include "injector/capture/profile.h"

namespace memray::symbolizer {

// As a file of its own; none if nothing was kept, or it is of another build-id. The target's own bytes, as hostile as
// any file: for a process that may crash.
[[nodiscard]] base::UniqueFd kept_file(const capture::Profile& profile, std::uint32_t module);

}  // namespace memray::symbolizer
