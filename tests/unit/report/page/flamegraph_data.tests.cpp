// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/page/flamegraph_data.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/unit/report/profile_builder.h"

using namespace memray;
using namespace memray::report;
using nlohmann::json;

namespace {

ProfileBuilder sample() {
    ProfileBuilder builder;
    builder.site({{"main", "a.py", 1}, {"f", "a.py", 5}}, {2, 200});
    builder.site({{"main", "a.py", 1}}, {1, 7}).peak = {};
    builder.profile.lifetimes = {{0, 1, {1, 100}}, {0, 4, {1, 100}}};
    builder.profile.metadata.start_ms = 1000;
    builder.profile.snapshots = {{1010, 5000, 100}, {1020, 9000, 50}, {1030, 7000, 207}};
    builder.profile.threads = {{1, 77, "main"}, {2, 78, ""}};
    builder.profile.time_buckets = {{1000, 200}, {1010, 207}};
    builder.profile.intervals = {{0, 0, capture::kNever, {2, 200}}, {1, 0, 1, {1, 7}}};
    return builder;
}

std::string text_of(const ProfileBuilder& builder, const FlamegraphOptions& options = {}) {
    return flamegraph_data(builder.profile, make_stack_view(builder.profile), options);
}
json data_of(const ProfileBuilder& builder, const FlamegraphOptions& options = {}) {
    return json::parse(text_of(builder, options));
}

}  // namespace

TEST_CASE("Nodes hold what they allocated themselves, for every metric") {
    const json data = data_of(sample());
    CHECK(data["nodes"]["parent"] == json({0, 0, 1}));
    CHECK(data["nodes"]["frame"] == json({-1, 0, 1}));
    CHECK_FALSE(data["nodes"].contains("thread"));
    CHECK(data["metrics"]["peak"] == json({2, 0, 200, 2}));
    CHECK(data["metrics"]["leaked"] == json({1, 0, 7, 1, 2, 0, 200, 2}));
    CHECK(data["metrics"]["temporary"] == json({2, 0, 100, 1}));
    CHECK(data["metrics"]["total"] == json({1, 0, 7, 1, 2, 0, 200, 2}));
    CHECK(data["strings"][data["frames"]["function"][1].get<std::size_t>()] == "f");
    CHECK(data["frames"]["line"] == json({1, 5}));
    CHECK_FALSE(data.contains("buckets"));
}

TEST_CASE("What several allocators gave to one node is told apart") {
    ProfileBuilder builder;
    builder.site({{"main", "a.py", 1}}, {1, 100}, capture::Allocator::kMmap);
    builder.site({{"main", "a.py", 1}}, {2, 20});
    const json data = data_of(builder);
    CHECK(data["allocators"] == json({"MMAP", "MALLOC"}));
    CHECK(data["metrics"]["peak"] == json({1, 0, 100, 1, 1, 1, 20, 2}));
}

TEST_CASE("The threshold decides what is temporary") {
    FlamegraphOptions options;
    options.temporary_threshold = 4;
    CHECK(data_of(sample(), options)["metrics"]["temporary"] == json({2, 0, 200, 2}));
}

TEST_CASE("Threads are told apart if asked for") {
    FlamegraphOptions options;
    options.split_threads = true;
    const json data = data_of(sample(), options);
    CHECK(data["nodes"]["thread"] == json({-1, 0, 0}));
    CHECK(data["threads"] == json({"1 (main)", "2"}));
}

TEST_CASE("Temporal pages hold when allocations were made and freed") {
    FlamegraphOptions options;
    options.temporal = true;
    const json buckets = data_of(sample(), options)["buckets"];
    CHECK(buckets["start_ms"] == json({0, 10}));
    CHECK(buckets["peak"] == json({200, 207}));
    CHECK(buckets["intervals"] == json({1, 0, 0, 1, 7, 1, 2, 0, 0, -1, 200, 2}));
}

TEST_CASE("The memory graph keeps the highest points when it is thinned") {
    FlamegraphOptions options;
    CHECK(data_of(sample(), options)["snapshots"] == json({10, 5000, 100, 20, 9000, 50, 30, 7000, 207}));
    options.most_snapshots = 1;
    CHECK(data_of(sample(), options)["snapshots"] == json({30, 9000, 207}));
}

TEST_CASE("Hostile names cannot leave the data") {
    ProfileBuilder builder;
    builder.site({{"</script><script>alert(1)", "a&b\"'\\\n\u2028.py", 1}}, {1, 1});
    builder.site({{"bad \xff utf-8", "", 0}}, {1, 1});
    const std::string text = text_of(builder);
    CHECK(text.find_first_of("<>&\n") == std::string::npos);
    for (const char c : text) { REQUIRE((c >= ' ' && c <= '~')); }
    const json data = json::parse(text);
    CHECK(data["strings"][data["frames"]["function"][0].get<std::size_t>()] == "</script><script>alert(1)");
    CHECK(data["strings"][data["frames"]["file"][0].get<std::size_t>()] == "a&b\"'\\\n\u2028.py");
}

TEST_CASE("Data that would be too large is folded, and says so") {
    ProfileBuilder builder;
    capture::Profile& profile = builder.profile;
    builder.site({{"main", "a.py", 1}}, {1, 1'000'000});
    for (std::uint32_t i = 0; i < 400'000; ++i) {
        profile.frames.push_back({0, i + 2});
        profile.stacks.push_back({1, static_cast<std::uint32_t>(profile.frames.size() - 1)});
        capture::Site site;
        site.stack = i + 2;
        site.peak = site.leaked = site.total = {1, i + 1};
        profile.sites.push_back(site);
    }
    const std::string text = text_of(builder);
    CHECK(text.size() < 4'600'000);
    const json data = json::parse(text);
    std::uint64_t bytes = 0;
    for (std::size_t i = 2; i < data["metrics"]["peak"].size(); i += 4) {
        bytes += data["metrics"]["peak"][i].get<std::uint64_t>();
    }
    CHECK(bytes == 1'000'000 + 400'000ULL * 400'001 / 2);
    std::size_t nodes = 0;
    for (const json& folded : data["nodes"]["folded"]) { nodes += folded == 0 ? 1 : folded.get<std::size_t>(); }
    CHECK(nodes == 400'002);
    FlamegraphOptions options;
    options.complete = true;
    CHECK(data_of(builder, options)["nodes"]["parent"].size() == 400'002);
}
