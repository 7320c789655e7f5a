// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A profile with what formats must get right: threads that share a stack, two allocators on it, no stack, odd names.
#pragma once

#include "cli/report/selection.h"
#include "cli/report/stack_view.h"
#include "cli/transform/formats.h"
#include "tests/unit/report/profile_builder.h"

namespace memray::transform {

inline capture::Profile sample_profile() {
    report::ProfileBuilder builder;
    const std::vector<report::Place> shared{{"main", "a.py", 1}, {"f", "a.py", 5}};
    builder.site(shared, {2, 200});
    capture::Site again = builder.profile.sites.back();
    again.thread = 1;
    builder.profile.sites.push_back(again);
    again.allocator = capture::Allocator::kMmap;
    builder.profile.sites.push_back(again);
    builder.site({{"main", "a.py", 1}, {"<lambda;\"x\">", "b,c.py", 0}}, {1, 50}).thread = 1;
    builder.site({}, {1, 1000});
    builder.site({{"gone", "a.py", 9}}, {0, 0}).total = {7, 7000};
    builder.profile.threads = {{1, 77, "main"}, {2, 78, ""}};
    builder.profile.metadata.command_line = "python a.py";
    builder.profile.metadata.start_ms = 1'000;
    builder.profile.metadata.end_ms = 3'500;
    return builder.profile;
}

inline std::string written(std::string (*format)(const Source&)) {
    const capture::Profile profile = sample_profile();
    const report::StackView view = report::make_stack_view(profile);
    const report::Selection selection = report::at_peak(profile);
    return format({profile, view, selection});
}

}  // namespace memray::transform
