// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Makes mutated captures worth reading: otherwise nearly all of them would end at the first checksum.
#pragma once

#include "injector/capture/format.h"

// Gives the file header its magic and version, and every section that fits its checksums. Returns whether that changed
// anything.
bool repair_checksums(memray::capture::Bytes& file);
