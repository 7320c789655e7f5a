// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The table of locations, or of the callers and callees of one.
#pragma once

#include "cli/live/scene.h"

namespace memray::live {

// Appends title, headings and as many rows as fit into `height` lines, around the selected one.
void add_table(Scene& scene, const Model& model, std::size_t width, std::size_t height);

}  // namespace memray::live
