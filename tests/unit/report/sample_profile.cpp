// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "tests/unit/report/sample_profile.h"

#include "tests/unit/report/profile_builder.h"

namespace memray::report {

capture::Profile sample_profile() {
    constexpr const char* kJson = "/usr/lib/python3.11/json/decoder.py";
    ProfileBuilder builder;
    builder.site({{"main", "/srv/app.py", 10}, {"build", "/srv/app.py", 3}}, {2, 5'000'000});
    builder.site({{"main", "/srv/app.py", 11}, {"decode", kJson, 7}}, {10, 1000});
    builder.site({}, {1, 500}, capture::Allocator::kRealloc);
    capture::Profile& profile = builder.profile;
    profile.lifetimes = {{1, 0, {4, 400}}, {1, 1, {2, 200}}};
    profile.sizes = {{100, 10}, {500, 1}, {2'500'000, 2}};
    profile.allocators[static_cast<std::size_t>(capture::Allocator::kMalloc)] = {12, 5'001'000};
    profile.allocators[static_cast<std::size_t>(capture::Allocator::kRealloc)] = {1, 500};
    profile.allocators[static_cast<std::size_t>(capture::Allocator::kFree)] = {7, 0};
    profile.peak = profile.leaked = profile.total = {13, 5'001'500};
    profile.peak_ms = 1795386900900;
    profile.snapshots = {{1795386900890, 9'000'000, 500}};
    profile.threads = {{1, 4711, "worker one"}};
    capture::Metadata& metadata = profile.metadata;
    metadata.command_line = "memray run app.py";
    metadata.python_version = "3.11.2";
    metadata.python_allocator = "pymalloc";
    metadata.pid = 4711;
    metadata.main_thread = 1;
    metadata.start_ms = 1795386900884;
    metadata.end_ms = 1795386900960;
    metadata.ending = {capture::EndKind::kExited, 0};
    return profile;
}

}  // namespace memray::report
