// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/resident.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "cli/report/diff/diff_report.h"
#include "cli/report/metadata_json.h"
#include "cli/report/stats/statistics.h"
#include "cli/report/summary_report.h"
#include "cli/report/tree_report.h"
#include "tests/unit/report/sample_profile.h"

using namespace memray;
using namespace memray::report;
using capture::Beginning;
using capture::Moment;

namespace {

constexpr std::int64_t kMinute = 60'000;
const std::string kBefore =
    "206.000MB was resident when recording began, 3 h 12 min after the process had started (anonymous 180.000MB, files "
    "20.000MB, shared 6.000MB); below is what came after";
const std::string kFreed = "Freed since: 4312 blocks allocated before";

capture::Profile attached() {
    capture::Profile profile = sample_profile();
    profile.metadata.beginning = Beginning::kAttached;
    profile.metadata.losses.unknown_frees = 4312;
    profile.metadata.process_start_ms = profile.metadata.start_ms - 192 * kMinute - 17'000;
    const std::int64_t start = profile.metadata.start_ms;
    profile.residences = {{0, Moment::kStart, start, 180'000'000, 20'000'000, 6'000'000, {}},
                          {0, Moment::kHeapPeak, start + 10, 250'000'000, 20'000'000, 0, {}},
                          {0, Moment::kOwnPeak, start + 20, 251'000'000, 20'000'000, 0, {1000, 2000, 0, 3000}},
                          {0, Moment::kEnd, start + 30, 9'000'000, 1'000'000, 0, {}}};
    return profile;
}

capture::Profile merged() {
    capture::Profile profile = attached();
    profile.metadata.beginning = Beginning::kStart;
    profile.metadata.pid = 0;
    const std::int64_t start = profile.metadata.start_ms;
    profile.processes = {{12, "a", Beginning::kStart, start, 3}, {13, "b", Beginning::kForked, start, 1}};
    profile.residences = {{0, Moment::kStart, start, 7'000, 0, 0, {}}, {1, Moment::kStart, start, 5'000, 1'000, 0, {}}};
    return profile;
}

}  // namespace

TEST_CASE("Reports of an attached program begin with what was there before") {
    const capture::Profile profile = attached();
    const StackView view = make_stack_view(profile);
    CHECK(beginning_lines(profile) == std::vector<std::string>{kBefore, kFreed});
    const std::string first = kBefore + "\n" + kFreed + "\n";
    CHECK(summary_plain(profile, view, {}).starts_with(first));
    CHECK(summary_box(profile, view, {}, 80, false).starts_with(first));
    CHECK(tree_text(profile, view, {}).starts_with(first));
    CHECK(stats_text(profile, view, 5, false)
              .starts_with("⏱ Before the recording:\n\t" + kBefore + "\n\t" + kFreed + "\n\n"));
    CHECK(metadata_json(profile)["beginning"] == nlohmann::ordered_json{kBefore, kFreed});
    const Comparison comparison = compare({profile, view}, {profile, view}, {});
    CHECK(diff_summary(comparison, {}).preamble.at(0) == "Old capture: " + kBefore);
    CHECK(diff_summary(comparison, {}).preamble.at(3) == "New capture: " + kFreed);
}

TEST_CASE("Reports of a program that was recorded from its start do not") {
    CHECK(beginning_lines(sample_profile()).empty());
    CHECK(resident_line(sample_profile()).empty());
    CHECK(resident_lines(sample_profile()).empty());
}

TEST_CASE("What is not known of the beginning is not told") {
    capture::Profile profile = attached();
    profile.metadata.process_start_ms = 0;
    CHECK(beginning_lines(profile).front().starts_with("206.000MB was resident when recording began (anonymous"));
    profile.residences.clear();
    CHECK(beginning_lines(profile).front() ==
          "How much was resident when recording began is not known; below is what came after");
}

TEST_CASE("What was resident is told in one line and at length") {
    CHECK(resident_line(attached()) ==
          "Resident memory: 206.000MB at the start, 270.000MB at the heap's peak, 271.000MB at its own peak, 10.000MB "
          "at the end");
    CHECK(resident_lines(attached()) ==
          std::vector<std::string>{"at the start: 206.000MB (anonymous 180.000MB, files 20.000MB, shared 6.000MB)",
                                   "at the heap's peak: 270.000MB (anonymous 250.000MB, files 20.000MB, shared 0.000B)",
                                   "at its own peak: 271.000MB (anonymous 251.000MB, files 20.000MB, shared 0.000B)",
                                   "at its own peak, its cgroup: anon 1.000kB, file 2.000kB, kernel 3.000kB",
                                   "at the end: 10.000MB (anonymous 9.000MB, files 1.000MB, shared 0.000B)"});
}

TEST_CASE("Of a merged capture each process is told of") {
    CHECK(resident_line(merged()).empty());
    CHECK(beginning_lines(merged()) ==
          std::vector<std::string>{
              "Process 13: 6.000kB was resident when recording began with the fork (anonymous 5.000kB, files 1.000kB, "
              "shared 0.000B); below is what came after",
              "Process 13: freed since: 1 block allocated before"});
    CHECK(resident_lines(merged()).at(1) ==
          "process 13, at the start: 6.000kB (anonymous 5.000kB, files 1.000kB, shared 0.000B)");
}

TEST_CASE("What was resident is in JSON by process and moment") {
    const nlohmann::ordered_json all = metadata_json(attached())["processes"];
    REQUIRE(all.size() == 1);
    const nlohmann::ordered_json& process = all[0];
    CHECK(process["pid"] == 4711);
    CHECK(process["began"] == "attached");
    CHECK(process["earlier_frees"] == 4312);
    CHECK(process["process_start_time"] == "2026-11-22 19:22:43.884000+00:00");
    CHECK(process["start"] == nlohmann::ordered_json{{"time", "2026-11-22 22:35:00.884000+00:00"},
                                                     {"rss", 206'000'000},
                                                     {"anonymous", 180'000'000},
                                                     {"file", 20'000'000},
                                                     {"shared", 6'000'000}});
    CHECK(process["own_peak"]["cgroup"] ==
          nlohmann::ordered_json{{"anon", 1000}, {"file", 2000}, {"slab", 0}, {"kernel", 3000}});
    const nlohmann::ordered_json both = metadata_json(merged())["processes"];
    REQUIRE(both.size() == 2);
    CHECK(both[1]["began"] == "forked");
    CHECK(both[1]["start"]["rss"] == 6000);
    CHECK(both[1]["end"].is_null());
}
