// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The names of native frames, for reports: those of the capture, or what memray-symbolize finds now.
#pragma once

#include <string>

#include "injector/capture/profile.h"

namespace memray::cli {

// Names the native frames of `profile`, which was read from the capture `path`, if nobody did yet; the names are kept
// with the capture if that can be written. Tells the user what has no names and why, and never throws for that: a
// frame without name shows its module and address.
void name_native_frames(const std::string& path, capture::Profile& profile);

}  // namespace memray::cli
