// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Settings in the environment.
#pragma once

#include <string>
#include <vector>

#include "cli/settings/setting.h"

namespace memray::settings {

inline constexpr const char* kOptionsVariable = "MEMRAY_OPTIONS";

// Of a text such as "--native --max-rows=5": words between blanks, of which quotes may hold some. An option
// that comes again has all its values. Throws base::Error for words that are none.
[[nodiscard]] std::vector<Setting> settings_in(const std::string& text);

// Of the variable. Throws base::Error.
[[nodiscard]] std::vector<Setting> environment_settings();

}  // namespace memray::settings
