// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What `memray stats` prints: for people, or as JSON.
#pragma once

#include <cstddef>
#include <string>

#include "injector/capture/profile.h"

namespace memray::report {

[[nodiscard]] std::string stats_text(const capture::Profile& profile, std::size_t largest, bool colour);
[[nodiscard]] std::string stats_json(const capture::Profile& profile, std::size_t largest);

}  // namespace memray::report
