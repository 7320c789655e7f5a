// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/merge/merge.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <tuple>

#include "injector/capture/reader.h"
#include "injector/capture/whole_capture.h"

namespace memray::merge {
namespace {

using capture::Amount;
using capture::Profile;

// Allocates `peak` in bucket 1 of 4 (of 100 ms, from `start_ms` on), frees all but `leaked` of it in bucket 3.
Profile process(std::int64_t pid, std::int64_t start_ms, std::uint64_t peak, std::uint64_t leaked) {
    Profile profile;
    profile.metadata.pid = pid;
    profile.metadata.command_line = "python app.py";
    profile.metadata.start_ms = start_ms;
    profile.metadata.end_ms = start_ms + 400;
    profile.metadata.ending = {capture::EndKind::kExited, 0};
    profile.strings = {"main", "app.py"};
    profile.functions = {{0, 1, 1}};
    profile.frames = {{0, 7}};
    profile.stacks.push_back({0, 0});
    profile.threads = {{1, static_cast<std::uint64_t>(pid), ""}};
    profile.modules = {{"/lib/libc.so.6", "abcd", capture::ModuleKind::kFile, 1, 2}};
    profile.native_frames = {{0, 0x1234}};
    profile.native_stacks.push_back({0, 0});
    profile.symbols.strings = {"malloc", ""};
    profile.symbols.names = {{0, 1, 0}};
    profile.symbols.chains = {{0, 1}};
    profile.symbols.modules.resize(1);
    profile.sites = {{1, 1, 0, capture::Allocator::kMalloc, {1, peak}, {1, leaked}, {2, peak}, {1, peak}, 0}};
    for (int i = 0; i < 4; ++i) { profile.time_buckets.push_back({start_ms + 100 * i, i == 0 ? 0 : peak}); }
    profile.intervals = {{0, 1, 3, {1, peak - leaked}}, {0, 1, capture::kNever, {1, leaked}}};
    profile.snapshots = {{start_ms + 100, 5 * peak, peak}, {start_ms + 400, 3 * peak, leaked}};
    profile.sizes = {{peak, 2}};
    profile.allocators[static_cast<std::size_t>(capture::Allocator::kMalloc)] = {2, peak};
    profile.peak = {1, peak};
    profile.peak_ms = start_ms + 150;
    profile.total = {2, peak};
    profile.leaked = {1, leaked};
    return profile;
}

std::string outermost(const Profile& profile, std::uint32_t stack) {
    while (profile.stacks[stack].parent != capture::kRootStack) { stack = profile.stacks[stack].parent; }
    return profile.strings[profile.functions[profile.frames[profile.stacks[stack].frame].function].name];
}

// Process, time, heap.
using Curves = std::vector<std::tuple<std::uint32_t, std::int64_t, std::uint64_t>>;
Curves curves_of(const Profile& profile) {
    Curves curves;
    for (const capture::ProcessSnapshot& row : profile.process_snapshots) {
        curves.emplace_back(row.process, row.snapshot.time_ms, row.snapshot.heap);
    }
    return curves;
}

// The same, through a file.
Profile stored(const Profile& profile) {
    const auto path = std::filesystem::temp_directory_path() / ("merge." + std::to_string(::getpid()) + ".bin");
    capture::write_capture(profile, {path.string(), true, true});
    Profile read = capture::read_profile(path.string());
    std::filesystem::remove(path);
    return read;
}

}  // namespace

TEST_CASE("processes that hold memory together have their sum at the peak") {
    const Profile merged = stored(merge({process(10, 1000, 500, 20), process(11, 1050, 300, 30)}));
    CHECK(merged.peak.bytes == 800);
    CHECK(merged.peak_ms == 1200);  // the second has just reached its own peak
    REQUIRE(merged.sites.size() == 2);
    CHECK((merged.sites[0].peak.bytes == 500 && merged.sites[1].peak.bytes == 300));
    CHECK((merged.total.bytes == 800 && merged.total.count == 4));
    CHECK((merged.leaked.bytes == 50 && merged.sites[1].leaked.bytes == 30));
    CHECK(merged.metadata.pid == 0);
    CHECK(merged.metadata.command_line == "python app.py");
    CHECK((merged.metadata.start_ms == 1000 && merged.metadata.end_ms == 1450));
}

TEST_CASE("how recordings began, and what was resident, stays that of each process") {
    Profile attached = process(10, 1000, 500, 20);
    attached.metadata.beginning = capture::Beginning::kAttached;
    attached.metadata.process_start_ms = 400;
    attached.metadata.losses.unknown_frees = 7;
    attached.residences = {{0, capture::Moment::kStart, 1000, 1, 2, 3, {4, 5, 6, 7}},
                           {0, capture::Moment::kEnd, 1400, 8, 9, 10, {}}};
    const Profile once = stored(merge({process(11, 1050, 300, 30), attached}));
    const Profile twice = stored(merge({process(12, 1100, 100, 0), once}));
    CHECK(twice.metadata.beginning == capture::Beginning::kStart);
    CHECK(twice.metadata.losses.unknown_frees == 7);
    REQUIRE(twice.processes.size() == 3);
    CHECK(twice.processes[1].beginning == capture::Beginning::kStart);
    CHECK(twice.processes[2].beginning == capture::Beginning::kAttached);
    CHECK((twice.processes[2].start_ms == 400 && twice.processes[2].unknown_frees == 7));
    std::vector<capture::Residence> expected = attached.residences;
    for (capture::Residence& row : expected) { row.process = 2; }
    CHECK(twice.residences == expected);
}

TEST_CASE("the example of merged_time.h") {
    Profile a;
    a.metadata.end_ms = 1030;
    a.metadata.ending = {capture::EndKind::kExited, 0};
    a.time_buckets = {{1000, 100}, {1010, 300}, {1020, 290}};
    a.intervals = {{0, 0, 1, {1, 60}}, {0, 0, 2, {1, 40}}, {0, 1, 2, {1, 210}}, {0, 1, capture::kNever, {1, 40}}};
    a.sites.resize(1);
    a.peak = {3, 300};
    a.peak_ms = 1012;
    a.leaked = {1, 40};
    Profile b;
    b.metadata.end_ms = 1050;
    b.metadata.ending = {capture::EndKind::kExited, 0};
    b.time_buckets = {{1005, 200}, {1025, 180}};
    b.intervals = {{0, 0, 1, {1, 170}}, {0, 0, capture::kNever, {1, 10}}};
    b.sites.resize(1);
    b.peak = {2, 200};
    b.peak_ms = 1014;
    b.leaked = {1, 10};

    const PeakMoment peak = find_peak({a, b});
    CHECK(peak.ms == 1014);
    CHECK((peak.states.at(0).kind == State::Kind::kPeak && peak.states.at(1).kind == State::Kind::kPeak));

    const MergedBuckets buckets({a, b});
    std::vector<std::pair<std::int64_t, std::uint64_t>> table;
    for (const capture::TimeBucket& bucket : buckets.table({a, b})) {
        table.emplace_back(bucket.start_ms, bucket.peak_bytes);
    }
    CHECK(table == std::vector<std::pair<std::int64_t, std::uint64_t>>{{1000, 500}, {1020, 490}, {1040, 180}});

    std::vector<capture::Interval> intervals;
    buckets.append(a, 0, intervals);
    buckets.append(b, 1, intervals);
    std::vector<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint64_t>> moved;
    for (const capture::Interval& i : intervals) { moved.emplace_back(i.site, i.allocated, i.freed, i.amount.bytes); }
    CHECK(moved ==
          decltype(moved){
              {0, 0, 1, 40}, {0, 0, 1, 210}, {0, 0, capture::kNever, 40}, {1, 0, 1, 170}, {1, 0, capture::kNever, 10}});
}

TEST_CASE("a process that is over counts with nothing") {
    const Profile merged = stored(merge({process(10, 1000, 500, 499), process(11, 1500, 600, 1)}));
    CHECK(merged.peak.bytes == 600);
    CHECK((merged.sites[0].peak.bytes == 0 && merged.sites[1].peak.bytes == 600));
    Profile running = process(10, 1000, 500, 499);
    running.metadata.ending = {capture::EndKind::kRunning, 0};
    CHECK(merge({running, process(11, 1500, 600, 1)}).peak.bytes == 1099);
}

TEST_CASE("every stack begins with its process, and equal rows are kept once") {
    const Profile merged = stored(merge({process(10, 1000, 500, 20), process(11, 1050, 300, 30)}));
    CHECK(outermost(merged, merged.sites[0].stack) == "process 10");
    CHECK(outermost(merged, merged.sites[1].stack) == "process 11");
    CHECK(merged.stacks.size() == 5);
    CHECK((merged.modules.size() == 1 && merged.native_frames.size() == 1 && merged.native_stacks.size() == 2));
    CHECK(merged.symbols.strings.at(merged.symbols.of(0)[0].function) == "malloc");
    CHECK((merged.threads.size() == 2 && merged.sites[1].thread == 1));
}

TEST_CASE("the curve is the sum of all that run") {
    const Profile merged = merge({process(10, 1000, 500, 20), process(11, 1050, 300, 30)});
    std::vector<std::pair<std::int64_t, std::uint64_t>> heap;
    for (const capture::Snapshot& point : merged.snapshots) { heap.emplace_back(point.time_ms, point.heap); }
    CHECK(heap == std::vector<std::pair<std::int64_t, std::uint64_t>>{
                      {1100, 500}, {1150, 800}, {1400, 320}, {1401, 300}, {1450, 30}});
    CHECK(merged.time_buckets.size() == 5);
    CHECK(merged.time_buckets[2].peak_bytes == 800);
}

TEST_CASE("each process keeps its own curve") {
    const Profile merged = stored(merge({process(10, 1000, 500, 20), process(11, 1050, 300, 30)}));
    REQUIRE(merged.processes.size() == 2);
    CHECK((merged.processes[0].pid == 10 && merged.processes[1].pid == 11));
    CHECK(merged.processes[1].command_line == "python app.py");
    const Curves both{{0, 1100, 500}, {0, 1400, 20}, {0, 1401, 0}, {1, 1150, 300}, {1, 1450, 30}, {1, 1451, 0}};
    CHECK(curves_of(merged) == both);
    const Profile again = stored(merge({process(9, 900, 1, 0), merged}));
    CHECK((again.processes.size() == 3 && again.processes[2].pid == 11));
    CHECK(std::get<0>(curves_of(again).back()) == 2);
    CHECK(curves_of(again).size() == 9);
}

TEST_CASE("shared memory of several processes is kept by the first that holds it to the last, and counts there only") {
    const auto sharing = [](std::int64_t pid, std::int64_t start_ms, std::uint64_t inode) {
        Profile profile = process(pid, start_ms, 500, 500);
        profile.shared_files = {{1, 2, inode}};
        profile.sites[0].allocator = capture::Allocator::kSharedMemory;
        profile.sites[0].file = 1;
        return profile;
    };
    const Profile merged = stored(merge({sharing(10, 1010, 7), sharing(11, 1000, 7), sharing(12, 1000, 8)}));
    REQUIRE(merged.sites.size() == 3);
    CHECK(merged.sites[0].allocator == capture::Allocator::kSharedAgain);
    CHECK(merged.sites[1].allocator == capture::Allocator::kSharedMemory);
    CHECK(merged.sites[2].allocator == capture::Allocator::kSharedMemory);
    CHECK(merged.shared_files.at(merged.sites[1].file - 1).inode == 7);
    CHECK(merged.shared_files.at(merged.sites[2].file - 1).inode == 8);
    CHECK(merged.peak.bytes == 1000);
    CHECK(merged.leaked.bytes == 1000);
    CHECK(merged.total.bytes == 1000);
    CHECK(merged.all_peak.bytes == 1500);
    CHECK(merged.time_buckets[2].peak_bytes == 1000);
    // The first is long gone when the second still has it.
    const Profile apart = merge({sharing(10, 1000, 7), sharing(11, 9000, 7)});
    CHECK(apart.sites[0].allocator == capture::Allocator::kSharedAgain);
    CHECK(apart.sites[1].allocator == capture::Allocator::kSharedMemory);
}

TEST_CASE("captures of one run are merged into one of that run") {
    Profile first = process(10, 1000, 500, 20);
    Profile second = process(11, 1050, 300, 30);
    first.metadata.run = second.metadata.run = 77;
    CHECK(stored(merge({first, second})).metadata.run == 77);
    second.metadata.run = 78;
    CHECK(merge({first, second}).metadata.run == 0);
}

TEST_CASE("what was merged can be merged again") {
    const Profile first = stored(merge({process(10, 1000, 500, 20), process(11, 1050, 300, 30)}));
    const Profile merged = stored(merge({first, process(12, 1050, 40, 1)}));
    CHECK(merged.peak.bytes == 840);
    CHECK(merged.total.bytes == 840);
    CHECK(outermost(merged, merged.sites[0].stack) == "process 10");
    CHECK(outermost(merged, merged.sites[2].stack) == "process 12");
}

}  // namespace memray::merge
