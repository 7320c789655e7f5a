// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>

#include "cli/report/leaks/leaks_report.h"
#include "cli/report/leaks/steady_growth.h"
#include "cli/report/leaks/suspects.h"
#include "cli/report/my_code.h"
#include "tests/unit/report/profile_builder.h"

using namespace memray;
using namespace memray::report;

namespace {

constexpr std::uint32_t kMoments = 100;

std::optional<Growth> growth(const std::function<double(double)>& bytes_at) {
    std::vector<std::uint64_t> live;
    for (std::uint32_t i = 0; i < kMoments; ++i) {
        live.push_back(static_cast<std::uint64_t>(bytes_at(i / static_cast<double>(kMoments))));
    }
    return steady_growth(live);
}

}  // namespace

TEST_CASE("what goes on growing to the end grows steadily") {
    const auto line = growth([](double t) { return 1e6 * t; });
    REQUIRE(line);
    CHECK(line->bytes == 980'000);  // from the first moment at which there is any
    CHECK(line->bytes_per_step == 10'000);
    CHECK(line->rose == 98);
    CHECK(line->moments == 99);
    CHECK(growth([](double t) { return 5e7 + 1000 * t; }));                      // on top of a large load
    CHECK(growth([](double t) { return std::floor(20 * t) * 1e4; }));            // in steps
    CHECK(growth([](double t) { return 1e5 * t + 1e6 * std::fmod(t, 0.05); }));  // below saw-teeth
    CHECK(growth([](double t) { return t < 0.5 ? 0 : 1e6 * (t - 0.5); }));       // from the middle on
    CHECK(growth([](double t) { return 1e6 * (1 - std::exp(-t)); }));            // a cache far from full
}

TEST_CASE("what levels off, comes at once or comes and goes does not") {
    CHECK(!growth([](double) { return 1e6; }));
    CHECK(!growth([](double) { return 0; }));
    CHECK(!growth([](double t) { return 1e6 * std::min(t, 0.3); }));  // a cache that is full
    CHECK(!growth([](double t) { return 1e6 * std::min(t, 0.8); }));
    CHECK(!growth([](double t) { return 1e6 * (1 - std::exp(-3 * t)); }));  // one that nearly is
    CHECK(!growth([](double t) { return t < 0.8 ? 0 : 1e6; }));             // loaded once, late
    CHECK(!growth([](double t) { return std::floor(4 * t) * 1e6; }));       // a few times
    CHECK(!growth([](double t) { return 1e6 * std::fmod(t, 0.09); }));      // saw-teeth
    CHECK(!growth([](double t) { return 1e6 * (1 - t); }));
    CHECK(!steady_growth({}));
    CHECK(!steady_growth({1, 2, 3, 4, 5, 6, 7}));  // too few to tell
    CHECK(steady_growth({1, 2, 3, 4, 5, 6, 7, 8}));
}

namespace {

constexpr std::uint32_t kBuckets = 40;

// buf() allocates for a leak, 100 in each bucket, and for a cache, 5000 in each of the first ten; an import and a leak
// that a library has.
ProfileBuilder with_leak() {
    ProfileBuilder builder;
    builder.site({{"main", "app.py", 1}, {"leak", "app.py", 5}, {"buf", "app.py", 3}}, {40, 4000});
    builder.site({{"main", "app.py", 2}, {"cache", "app.py", 9}, {"buf", "app.py", 3}}, {10, 50'000});
    builder.site({{"main", "app.py", 20}, {"_find_and_load", "<frozen importlib._bootstrap>", 1}}, {40, 40'000});
    builder.site({{"main", "app.py", 21}, {"keep", "/lib/python3.11/site-packages/lib.py", 1}}, {40, 400});
    capture::Profile& profile = builder.profile;
    for (std::uint32_t i = 0; i < kBuckets; ++i) {
        profile.time_buckets.push_back({1000 + 100 * std::int64_t{i}, 0});
        profile.intervals.push_back({0, i, capture::kNever, {1, 100}});
    }
    for (std::uint32_t i = 0; i < 10; ++i) { profile.intervals.push_back({1, i, capture::kNever, {1, 5000}}); }
    for (std::uint32_t i = 0; i < kBuckets; ++i) { profile.intervals.push_back({2, i, capture::kNever, {1, 1000}}); }
    for (std::uint32_t i = 0; i < kBuckets; ++i) { profile.intervals.push_back({3, i, capture::kNever, {1, 10}}); }
    profile.metadata.start_ms = 1000;
    profile.metadata.end_ms = 5000;
    return builder;
}

std::vector<std::string> texts(const StackView& view, const std::vector<std::uint32_t>& frames) {
    std::vector<std::string> result;
    for (const std::uint32_t frame : frames) { result.push_back(frame_text(view, view.frames[frame])); }
    return result;
}

}  // namespace

TEST_CASE("a leak is told from a cache by its callers, and from imports") {
    const capture::Profile profile = with_leak().profile;
    StackView view = make_stack_view(profile);
    show_my_code(view, LibraryCalls::kCharged);
    const std::vector<Suspect> suspects = leak_suspects(profile, view, whole_time(profile));
    REQUIRE(suspects.size() == 2);
    CHECK(texts(view, suspects[0].frames) == std::vector<std::string>{"buf at app.py:3", "leak at app.py:5"});
    CHECK(suspects[0].live.bytes == 4000);
    CHECK(suspects[0].live.count == 40);
    CHECK(suspects[0].growth.bytes == 3900);
    CHECK(suspects[0].growth.rose == 39);
    REQUIRE(suspects[0].curve.size() == kBuckets);
    CHECK(suspects[0].curve[0] == 100);
    CHECK(suspects[0].curve[39] == 4000);
    CHECK(texts(view, suspects[1].frames) == std::vector<std::string>{"main at app.py:21"});
    CHECK(suspects[1].live.bytes == 400);

    const StackView all = make_stack_view(profile);
    const std::vector<Suspect> in_all = leak_suspects(profile, all, whole_time(profile));
    REQUIRE(in_all.size() == 2);
    CHECK(texts(all, in_all[1].frames) == std::vector<std::string>{"keep at /lib/python3.11/site-packages/lib.py:1"});
}

TEST_CASE("a leak of a library is found below what else the library does for the line that calls it") {
    ProfileBuilder builder;
    const std::string library = "/lib/python3.11/site-packages/lib.py";
    builder.site({{"main", "app.py", 30}, {"keep", library, 1}}, {40, 4000});
    builder.site({{"main", "app.py", 30}, {"collected", library, 2}}, {1, 1000});  // nearly at the end
    builder.site({{"main", "app.py", 31}, {"keep", library, 1}}, {1, 100});
    builder.site({{"main", "app.py", 31}, {"table", library, 3}}, {1, 1'000'000});  // ten times the leak
    capture::Profile& profile = builder.profile;
    for (std::uint32_t i = 0; i < kBuckets; ++i) { profile.time_buckets.push_back({1000 + 100 * std::int64_t{i}, 0}); }
    const auto add = [&](std::uint32_t site, std::uint32_t from, std::uint32_t to, std::uint64_t bytes) {
        profile.intervals.push_back({site, from, to, {1, bytes}});
    };
    for (std::uint32_t i = 0; i < kBuckets; ++i) { add(0, i, capture::kNever, 100); }
    for (std::uint32_t i = 0; i < kBuckets - 2; ++i) { add(1, i, kBuckets - 2, 1000); }
    add(1, kBuckets - 1, capture::kNever, 1000);
    for (std::uint32_t i = 0; i < kBuckets; ++i) { add(2, i, capture::kNever, 100); }
    add(3, 20, capture::kNever, 1'000'000);
    StackView view = make_stack_view(profile);
    show_my_code(view, LibraryCalls::kCharged);
    const std::vector<Suspect> suspects = leak_suspects(profile, view, whole_time(profile), false);
    REQUIRE(suspects.size() == 1);
    CHECK(texts(view, suspects[0].frames) == std::vector<std::string>{"main at app.py:30"});
    CHECK(suspects[0].live.bytes == 4000);
    CHECK(suspects[0].growth.bytes == 3900);
}

TEST_CASE("growth in a part of the time is that of its buckets") {
    const capture::Profile profile = with_leak().profile;
    const StackView view = make_stack_view(profile);
    const std::vector<Suspect> suspects = leak_suspects(profile, view, {0, 9});  // the cache still fills
    REQUIRE(suspects.size() == 2);
    CHECK(texts(view, suspects[0].frames) == std::vector<std::string>{"buf at app.py:3"});  // both of its callers grow
    CHECK(suspects[0].live.bytes == 51'000);
    REQUIRE(suspects[0].curve.size() == 10);
    CHECK(leak_suspects(profile, view, {20, 30})[0].live.bytes == 3100);
    CHECK(leak_suspects(profile, view, {20, 30})[0].growth.bytes == 1000);
}

TEST_CASE("a program that waits does not level off") {
    capture::Profile profile = with_leak().profile;
    for (std::uint32_t i = kBuckets; i < 4 * kBuckets; ++i) {
        profile.time_buckets.push_back({1000 + 100 * std::int64_t{i}, 0});
    }
    CHECK(leak_suspects(profile, make_stack_view(profile), whole_time(profile)).size() == 2);
}

TEST_CASE("curves are drawn with the largest of each part") {
    CHECK(sparkline({0, 1, 2, 3, 4, 5, 6, 7}, 8) == "▁▂▃▄▅▆▇█");
    CHECK(sparkline({0, 9, 0, 0}, 2) == "█▁");
    CHECK(sparkline({}, 8).empty());
    CHECK(sparkline({0, 0}, 8) == "▁▁");
}

TEST_CASE("the report on leaks says where, how much, and in how many buckets") {
    const capture::Profile profile = with_leak().profile;
    StackView view = make_stack_view(profile);
    show_my_code(view, LibraryCalls::kCharged);
    LeaksOptions options;
    options.range = whole_time(profile);
    options.most = 1;
    const std::string text = leaks_text(profile, view, options);
    CHECK_THAT(text, Catch::Contains("2 places grew steadily from 0 s to 4 s, in time buckets of 100 ms\n"));
    CHECK_THAT(text, Catch::Contains("  1. buf at app.py:3\n     called by leak at app.py:5\n     ▁"));
    CHECK_THAT(text, Catch::Contains("grew by 3.900kB, 1.000kB a second; rose in 39 of 40 time buckets; holds 4.000kB "
                                     "in 40 allocations\n"));
    CHECK_THAT(text, Catch::Contains("1 more place not shown (see --max-rows)\n"));
}
