// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The stacks of two captures in one view, in which a frame of the old one is called what the same code is called in the
// new one: with its file, wherever that lies, and the line that it has moved to.
#pragma once

#include <vector>

#include "cli/report/diff/matching_files.h"
#include "cli/report/stack_view.h"
#include "injector/capture/profile.h"

namespace memray::report {

// A capture and the stacks of it that are compared.
struct Compared {
    const capture::Profile& profile;
    const StackView& view;
};

// Frames and sites of the new capture come first.
[[nodiscard]] StackView joined_view(const Compared& before, const Compared& after, const std::vector<PathMap>& maps);

}  // namespace memray::report
