// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/notes.h"

#include <catch2/catch.hpp>

using namespace memray;
using namespace memray::report;

TEST_CASE("Endings are told in words") {
    CHECK(ending_text(capture::Ending{capture::EndKind::kExited, 3}) == "exited with code 3");
    CHECK(ending_text(capture::Ending{capture::EndKind::kSignaled, 9}) == "killed by signal 9 (SIGKILL)");
    CHECK(ending_text(capture::Ending{capture::EndKind::kSignaled, 250}) == "killed by signal 250");
    CHECK(ending_text(capture::Ending{capture::EndKind::kSignaled, 9, 1'900'000'000}) ==
          "killed by signal 9 (SIGKILL); the oom_kill counter rose: out of memory at 1.900GB");
    CHECK(ending_text(capture::Ending{}) == "not known");
}

TEST_CASE("A capture without losses needs no notes") {
    capture::Metadata metadata;
    metadata.losses.unknown_frees = 5;  // of memory from before the recording: nothing is missing
    CHECK(loss_notes(metadata).empty());
}

TEST_CASE("Tracking starts and ends, and what was there before is freed") {
    capture::Metadata metadata;
    metadata.start_ms = 1000;
    metadata.end_ms = 61500;
    const std::string tracked = "Tracked: from 1970-01-01 00:00:01+00:00 to 1970-01-01 00:01:01+00:00, 1 min 0 s";
    CHECK(tracked_lines(metadata) == std::vector<std::string>{tracked});
    metadata.losses.unknown_frees = 5;
    CHECK(tracked_lines(metadata) ==
          std::vector<std::string>{tracked, "Freed: memory allocated before tracking started, 5 times"});
    metadata.beginning = capture::Beginning::kAttached;  // said first
    CHECK(tracked_lines(metadata) == std::vector<std::string>{tracked});
}

TEST_CASE("Every loss is told with its number") {
    capture::Metadata metadata;
    metadata.incomplete = "the recorder was\nkilled";
    metadata.losses = {1, 2, 3, 4, 5, 6};
    CHECK(loss_notes(metadata) ==
          std::vector<std::string>{"the capture is incomplete: the recorder was\uFFFDkilled",
                                   "1 event could not be recorded",
                                   "4 events never arrived (in flight when the program died)",
                                   "2 stacks could not be read to the end and may lack callers",
                                   "3 call sites could not be hooked: their allocations are missing",
                                   "6 frees went unseen: their memory was handed out again"});
}
