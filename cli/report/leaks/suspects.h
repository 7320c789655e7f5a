// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The places of a program whose memory grows steadily (steady_growth.h).
//
//  - A place is a line, with as many of its callers as it takes to tell what grows from what does not: a helper that
//    allocates for a leak and for caches is one place for each of them.
//  - Where library calls are charged to own code and a line does not grow as a whole, it is judged by those of its
//    stacks, with their libraries' frames, that do. That is what the suspect holds then.
//  - What an import holds is no suspect: modules are loaded once, however long a program takes to load them all.
#pragma once

#include <cstdint>
#include <vector>

#include "cli/report/leaks/steady_growth.h"
#include "cli/report/selection.h"
#include "cli/report/stack_view.h"
#include "injector/capture/profile.h"

namespace memray::report {

struct Suspect {
    std::vector<std::uint32_t> frames;  // of the view: the line that allocated, then callers; none: without a stack
    capture::Amount live;               // at the end
    std::vector<std::uint64_t> curve;   // live bytes at the end of each time bucket
    Growth growth;
};

// All buckets of the profile; it has to have some.
[[nodiscard]] TimeRange whole_time(const capture::Profile& profile);

// What grew most comes first. `all_frames`: the view is not reduced to my_code.h with library calls charged.
[[nodiscard]] std::vector<Suspect> leak_suspects(const capture::Profile& profile, const StackView& view,
                                                 TimeRange range, bool all_frames = true);

}  // namespace memray::report
