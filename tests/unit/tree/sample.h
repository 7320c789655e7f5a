// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A profile for the tree view: two threads, frames that are hidden, one linear group, wide names, a small stack.
#pragma once

#include "tests/unit/report/profile_builder.h"

namespace memray::tree {

inline capture::Profile sample() {
    report::ProfileBuilder builder;
    const report::Place main{"main", "/srv/a.py", 1};
    builder.site({main, {"_run_code", "<frozen runpy>", 8}, {"f", "/srv/a.py", 5}}, {2, 5000});
    builder.site({main, {"_find_and_load", "<frozen importlib._bootstrap>", 9}, {"読込", "/srv/資料.py", 7}},
                 {1, 3000});
    builder.site({main, {"g", "b.py", 7}, {"h", "b.py", 8}, {"i", "b.py", 9}}, {4, 1500}).thread = 1;
    builder.site({main, {"g", "b.py", 7}, {"h", "b.py", 8}, {"j", "b.py", 10}}, {1, 400});
    builder.site({{"\x1b[31mred", "c.py", 1}}, {1, 100});
    builder.profile.threads = {{1, 4711, "MainThread"}, {2, 4712, "worker"}};
    return builder.profile;
}

}  // namespace memray::tree
