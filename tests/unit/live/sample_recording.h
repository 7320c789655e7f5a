// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What a recorder could have sent: two threads; main calls load and parse, a worker calls parse.
#pragma once

#include "injector/live/protocol.h"
#include "tests/unit/report/profile_builder.h"

namespace memray::live {

inline capture::Profile sample_profile() {
    report::ProfileBuilder builder;
    const report::Place main{"main", "app.py", 10};
    const report::Place load{"load", "app.py", 20};
    const report::Place parse{"parse", "lib.py", 30};
    builder.site({main, load}, {2, 2000});
    builder.site({main, parse}, {3, 300});
    builder.site({{"run", "threading.py", 1}, parse}, {5, 5000}).thread = 1;
    builder.profile.threads = {{1, 100, "MainThread"}, {2, 101, "worker"}};
    builder.profile.metadata.pid = 4711;
    builder.profile.metadata.command_line = "python app.py";
    builder.profile.metadata.start_ms = 1000;
    builder.profile.metadata.end_ms = 3500;
    builder.profile.leaked = {10, 7300};
    builder.profile.peak = {12, 14600};
    builder.profile.snapshots = {{1000, 50'000, 100}, {2000, 60'000, 14600}, {3000, 55'000, 7300}};
    builder.profile.residences = {{0, capture::Moment::kStart, 1000, 40'000, 9'000, 1'000, {}},
                                  {0, capture::Moment::kEnd, 3000, 45'000, 9'000, 1'000, {}}};
    return builder.profile;
}

inline Recording sample_recording() {
    Recording recording;
    recording.profile = sample_profile();
    recording.events = 42;
    recording.changes = 1;
    return recording;
}

}  // namespace memray::live
