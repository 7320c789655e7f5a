// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/diff/peak_phases.h"

#include <catch2/catch.hpp>

#include "tests/unit/report/profile_builder.h"

using namespace memray;
using namespace memray::report;

namespace {

struct Phase {
    std::string function;
    std::uint64_t peak;
    std::uint64_t total;
};

capture::Profile run_of(const std::vector<Phase>& phases) {
    ProfileBuilder builder;
    for (const Phase& phase : phases) {
        capture::Site& site = builder.site({{"main", "a.py", 1}, {phase.function, "a.py", 5}}, {1, phase.peak});
        site.total = {1, phase.total};
        if (phase.peak == 0) { site.peak = {}; }
    }
    return builder.profile;
}

std::optional<PhasesOfPeaks> phases_of(const std::vector<Phase>& before, const std::vector<Phase>& after) {
    const capture::Profile first = run_of(before);
    const capture::Profile second = run_of(after);
    return compare({first, make_stack_view(first)}, {second, make_stack_view(second)}, {}).phases;
}

}  // namespace

TEST_CASE("Peaks of different phases hold what the other run allocated at another time") {
    const auto phases =
        phases_of({{"load", 1000, 1000}, {"store", 0, 600}}, {{"load", 0, 1000}, {"store", 1200, 1200}});
    REQUIRE(phases);
    CHECK(phases->only_before == 1000);
    CHECK(phases->only_after == 600);
    // Of what both hold, the difference.
    const auto partly =
        phases_of({{"load", 1000, 1000}, {"store", 100, 600}}, {{"load", 300, 900}, {"store", 900, 900}});
    REQUIRE(partly);
    CHECK(partly->only_before == 600);
    CHECK(partly->only_after == 500);
}

TEST_CASE("More of the same, less of it, and what only one run does are of one phase") {
    CHECK_FALSE(phases_of({{"load", 1000, 1000}}, {{"load", 9000, 9000}}));
    CHECK_FALSE(phases_of({{"load", 1000, 1000}}, {{"load", 10, 10}}));
    CHECK_FALSE(phases_of({{"load", 1000, 1000}}, {{"fetch", 1000, 1000}}));
    // A leak that is gone: allocated as before, and freed in time.
    CHECK_FALSE(phases_of({{"load", 1000, 1000}, {"leak", 500, 500}}, {{"load", 1000, 1000}, {"leak", 0, 500}}));
    CHECK_FALSE(phases_of({}, {}));
}

TEST_CASE("A tenth of a peak may differ") {
    CHECK_FALSE(phases_of({{"a", 900, 900}, {"b", 100, 100}, {"c", 0, 100}},
                          {{"a", 900, 900}, {"b", 0, 100}, {"c", 100, 100}}));
    CHECK(phases_of({{"a", 899, 899}, {"b", 101, 101}, {"c", 0, 101}},
                    {{"a", 899, 899}, {"b", 0, 101}, {"c", 101, 101}}));
}

TEST_CASE("The note is of peaks alone, and says what to compare instead") {
    const capture::Profile first = run_of({{"load", 1000, 1000}, {"store", 0, 600}});
    const capture::Profile second = run_of({{"load", 0, 1000}, {"store", 1200, 1200}});
    const auto note_of = [&](SelectionKind kind) {
        return phases_note(compare({first, make_stack_view(first)}, {second, make_stack_view(second)}, {kind}));
    };
    CHECK(note_of(SelectionKind::kPeak) ==
          "The peaks are of different phases: 1.000kB of the old one and 600.000B of the new one were allocated by the "
          "other run, too, but not live at its peak. Compare with --at end, --at leaks or --at total");
    CHECK(note_of(SelectionKind::kLeaked).empty());
    CHECK(note_of(SelectionKind::kTotal).empty());
}
