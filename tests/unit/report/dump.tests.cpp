// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/dump.h"

#include <catch2/catch.hpp>
#include <string>

#include "tests/unit/report/profile_builder.h"
#include "tests/unit/report/sample_profile.h"

using namespace memray;
using namespace memray::report;

TEST_CASE("The dump has a line for each entry of each table") {
    CHECK(
        dump_tables(sample_profile()) ==
        R"(HEADER magic=memray python_version=3.11.2 native_traces=false trace_python_allocators=false python_allocator=pymalloc large_requests=false chained=0 file_format=ALL_ALLOCATIONS run=0000000000000000 start_time=1795386900884 end_time=1795386900960 pid=4711 main_tid=1 began=start process_start_time=0 ending=exited with code 0 python_executable= command_line=memray run app.py
LOSSES events=0 bad_stacks=0 cut_native_stacks=0 unpatched=0 missing_sequences=0 unknown_frees=0 reused_addresses=0 incomplete=
FUNCTION id=0 name=main file=/srv/app.py first_line=10
FUNCTION id=1 name=build file=/srv/app.py first_line=3
FUNCTION id=2 name=main file=/srv/app.py first_line=11
FUNCTION id=3 name=decode file=/usr/lib/python3.11/json/decoder.py first_line=7
FRAME id=0 function=0 line=10
FRAME id=1 function=1 line=3
FRAME id=2 function=2 line=11
FRAME id=3 function=3 line=7
STACK id=1 parent=0 frame=0 entry=0
STACK id=2 parent=1 frame=1 entry=0
STACK id=3 parent=0 frame=2 entry=0
STACK id=4 parent=3 frame=3 entry=0
THREAD id=0 number=1 tid=4711 name=worker one
SITE id=0 stack=2 native_stack=0 thread=0 allocator=malloc peak_count=2 peak_bytes=5000000 leaked_count=2 leaked_bytes=5000000 total_count=2 total_bytes=5000000
SITE id=1 stack=4 native_stack=0 thread=0 allocator=malloc peak_count=10 peak_bytes=1000 leaked_count=10 leaked_bytes=1000 total_count=10 total_bytes=1000
SITE id=2 stack=0 native_stack=0 thread=0 allocator=realloc peak_count=1 peak_bytes=500 leaked_count=1 leaked_bytes=500 total_count=1 total_bytes=500
LIFETIME site=1 distance=0 count=4 bytes=400
LIFETIME site=1 distance=1 count=2 bytes=200
MEMORY_SNAPSHOT time=1795386900890 rss=9000000 heap=500
SIZE size=100 count=10
SIZE size=500 count=1
SIZE size=2500000 count=2
ALLOCATOR name=free count=7 bytes=0
ALLOCATOR name=malloc count=12 bytes=5001000
ALLOCATOR name=realloc count=1 bytes=500
)");
}

TEST_CASE("Intervals and time buckets are dumped, too") {
    capture::Profile profile;
    profile.metadata.aggregated = true;
    profile.intervals = {{3, 0, 2, {1, 8}}, {3, 1, capture::kNever, {2, 16}}};
    profile.time_buckets = {{1000, 24}};
    const std::string dump = dump_tables(profile);
    CHECK(dump.find(" file_format=AGGREGATED_ALLOCATIONS ") != std::string::npos);
    CHECK(
        dump.ends_with("INTERVAL site=3 allocated=0 freed=2 count=1 bytes=8\n"
                       "INTERVAL site=3 allocated=1 freed=never count=2 bytes=16\n"
                       "TIME_BUCKET id=0 time=1000 peak_bytes=24\n"));
}

TEST_CASE("What was resident is dumped") {
    capture::Profile profile;
    profile.metadata.beginning = capture::Beginning::kForked;
    profile.metadata.process_start_ms = 5;
    profile.residences = {{0, capture::Moment::kOwnPeak, 9, 1, 2, 3, {4, 5, 6, 7}}};
    const std::string dump = dump_tables(profile);
    CHECK(dump.find(" began=forked process_start_time=5 ") != std::string::npos);
    CHECK(
        dump.ends_with("\nRESIDENT process=0 moment=own_peak time=9 anonymous=1 file=2 shared=3 cgroup_anon=4 "
                       "cgroup_file=5 cgroup_slab=6 cgroup_kernel=7\n"));
}

TEST_CASE("A record is one line whatever the names") {
    ProfileBuilder builder;
    builder.site({{"f\ng", "a\\b\xff.py", 1}}, {1, 1});
    CHECK(dump_tables(builder.profile).find("FUNCTION id=0 name=f\\ng file=a\\\\b\\xff.py first_line=1\n") !=
          std::string::npos);
}

TEST_CASE("Events and trailer are one line each") {
    using capture::EventKind;
    capture::Event event{EventKind::kAllocation, 3, 4, 100, true, 1795};
    CHECK(dump_event(event) == "ALLOCATION slot=3 site=4 size=100\n");
    event.kind = EventKind::kDeallocation;
    CHECK(dump_event(event) == "DEALLOCATION slot=3 other_thread=1\n");
    event.kind = EventKind::kRestore;
    CHECK(dump_event(event) == "RESTORE slot=3 site=4 size=100\n");
    event.kind = EventKind::kTime;
    CHECK(dump_event(event) == "TIME time=1795\n");
    CHECK(dump_trailer(sample_profile()) ==
          "TRAILER peak_time=1795386900900 peak_count=13 peak_bytes=5001500 total_count=13 total_bytes=5001500 "
          "leaked_count=13 leaked_bytes=5001500\n");
}
