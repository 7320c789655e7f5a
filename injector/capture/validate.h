// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Checks of a Profile that came from a file: every index refers to a row that exists, and tables that have an order are
// in order.
#pragma once

#include "injector/capture/profile.h"

namespace memray::capture {

// Throws Corrupt.
void validate(const Profile& profile);
// `symbols` as those of `profile`.
void validate(const Symbols& symbols, const Profile& profile);

}  // namespace memray::capture
