// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What reports in JSON say about the recording itself.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "injector/capture/profile.h"

namespace memray::report {

[[nodiscard]] nlohmann::ordered_json metadata_json(const capture::Profile& profile);

}  // namespace memray::report
