// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Everything a Profile says as one text: equal texts are equal profiles, and a failed comparison shows where they
// differ.
#pragma once

#include <string>

#include "injector/capture/profile.h"

std::string metadata_text(const memray::capture::Metadata& metadata);
// Strings to sites' definitions, snapshots.
std::string definitions_text(const memray::capture::Profile& profile);
std::string native_text(const memray::capture::Profile& profile);
std::string symbols_text(const memray::capture::Symbols& symbols);
// What only a finished capture has, or a replay computes.
std::string amounts_text(const memray::capture::Profile& profile);
std::string profile_text(const memray::capture::Profile& profile);
