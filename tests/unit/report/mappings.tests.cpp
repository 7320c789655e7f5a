// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/mappings.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/unit/report/profile_builder.h"

namespace memray::report {
namespace {

using capture::Allocator;

// 1,000 bytes of memory, 30,000 reserved, a file of 200 that is gone at the end.
ProfileBuilder mapped() {
    ProfileBuilder builder;
    builder.site({{"f", "a.py", 1}}, {1, 1000}).all_peak = {1, 600};
    builder.site({{"f", "a.py", 2}}, {1, 30'000}, Allocator::kReservation).all_peak = {1, 40'000};
    builder.site({{"f", "a.py", 3}}, {2, 200}, Allocator::kPrivateFile).leaked = {};
    capture::Profile& profile = builder.profile;
    profile.time_buckets = {{0, 1000}, {10, 1000}};
    profile.intervals = {{0, 0, 1, {1, 7}}, {1, 0, capture::kNever, {1, 30'000}}, {2, 0, 1, {2, 200}}};
    profile.lifetimes = {{0, 3, {1, 7}}, {2, 3, {2, 200}}};
    profile.peak = profile.leaked = profile.total = {1, 1000};
    profile.all_peak = {2, 40'600};
    profile.all_peak_ms = 5;
    return builder;
}

}  // namespace

TEST_CASE("what is no memory is left out of every sum and stands beside them") {
    capture::Profile profile = mapped().profile;
    CHECK(mapped_now(profile) == "30.000kB reserved");
    leave_out_mappings(profile);
    CHECK(profile.sites[0].peak.bytes == 1000);
    CHECK(mapped_now(profile).empty());
    CHECK(
        (profile.sites[1].peak.bytes == 0 && profile.sites[1].leaked.bytes == 0 && profile.sites[2].total.count == 0));
    CHECK((profile.intervals.size() == 1 && profile.lifetimes.size() == 1));
    CHECK(beside_line(profile) ==
          "Mapped beside it, not counted: at the peak: 30.000kB reserved, 200.000B of files, private; "
          "at the end: 30.000kB reserved");
    CHECK(beside_json(profile).dump() ==
          R"([{"kind":"reservation","text":"reserved","peak_bytes":30000,"peak_count":1,)"
          R"("leaked_bytes":30000,"leaked_count":1},)"
          R"({"kind":"private_file","text":"of files, private","peak_bytes":200,"peak_count":2,)"
          R"("leaked_bytes":0,"leaked_count":0}])");
}

TEST_CASE("everything that was mapped can be counted, at the moment when it was most") {
    capture::Profile profile = mapped().profile;
    count_mappings(profile);
    CHECK((profile.peak.bytes == 40'600 && profile.peak_ms == 5));
    CHECK((profile.sites[0].peak.bytes == 600 && profile.sites[1].peak.bytes == 40'000));
    CHECK((profile.total.bytes == 31'200 && profile.leaked.bytes == 31'000));
    CHECK(profile.intervals.size() == 3);
    CHECK(beside_line(profile).empty());
}

TEST_CASE("without such mappings nothing stands beside") {
    ProfileBuilder builder;
    builder.site({{"f", "a.py", 1}}, {1, 1000});
    leave_out_mappings(builder.profile);
    CHECK(beside_line(builder.profile).empty());
    CHECK(beside_json(builder.profile).empty());
}

TEST_CASE("memory that cannot have been resident at the peak is told of") {
    capture::Profile profile = mapped().profile;
    CHECK(not_resident_note(profile).empty());  // not known
    profile.residences = {{0, capture::Moment::kHeapPeak, 0, 899, 5000, 0, {}}};
    CHECK(not_resident_note(profile) ==
          "101.000B of the peak was allocated but not resident then: not touched yet, given back (madvise), or "
          "swapped out");
    profile.residences[0].shared = 1;  // within what the time of looking explains
    CHECK(not_resident_note(profile).empty());
}

}  // namespace memray::report
