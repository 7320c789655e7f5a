// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What a user can install to get the names that are missing.
#pragma once

#include <string>

#include "injector/capture/profile.h"

namespace memray::symbolizer {

// "native functions or lines are missing for libfoo.so (no debug information), ...": empty if none lacks any.
[[nodiscard]] std::string missing_debug_information(const capture::Profile& profile, const capture::Symbols& symbols);
// What to do about it: "install libfoo-dbgsym or ...", empty likewise. Reads the lists of all packages of `sysroot`,
// the target's root, which takes a moment.
[[nodiscard]] std::string remedy(const capture::Profile& profile, const capture::Symbols& symbols,
                                 const std::string& sysroot);

}  // namespace memray::symbolizer
