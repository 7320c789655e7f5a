// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/tables/time_buckets.h"

#include <catch2/catch.hpp>

#include "injector/collector/tables/intervals.h"

namespace memray::collector {

TEST_CASE("each bucket keeps its largest heap, empty ones what they started with") {
    TimeBuckets buckets(1000);
    buckets.heap_is(50);
    buckets.heap_is(20);
    CHECK(buckets.advance(1035, 20) == 0);
    buckets.heap_is(30);
    const auto table = buckets.table();
    REQUIRE(table.size() == 4);
    CHECK(table[0].peak_bytes == 50);
    CHECK(table[1].peak_bytes == 20);
    CHECK(table[3].peak_bytes == 30);
    CHECK(table[3].start_ms == 1030);
}

TEST_CASE("a long recording folds buckets and never has more than the bound") {
    TimeBuckets buckets(0);
    buckets.heap_is(7);
    CHECK(buckets.advance(1279, 1) == 0);
    CHECK(buckets.current() == 127);
    CHECK(buckets.advance(1280, 1) == 1);
    CHECK(buckets.current() == 64);
    CHECK(buckets.table()[0].peak_bytes == 7);
    CHECK(buckets.table()[1].start_ms == 20);
    CHECK(buckets.advance(1'000'000'000, 3) > 5);
    CHECK(buckets.table().size() <= kMaxBuckets);
    CHECK(buckets.advance(0, 3) == 0);
}

TEST_CASE("folded intervals add up, and vanish within one bucket") {
    Intervals intervals;
    intervals.add(1, 0, 1, {1, 10});
    intervals.add(1, 0, 2, {1, 20});
    intervals.add(1, 1, 3, {1, 40});
    intervals.add(2, 0, 3, {1, 80});
    intervals.fold();
    std::vector<capture::Interval> entries;
    intervals.append(entries);
    REQUIRE(entries.size() == 2);
    CHECK((entries[0].site == 1 && entries[0].allocated == 0 && entries[0].freed == 1));
    CHECK((entries[0].amount.count == 2 && entries[0].amount.bytes == 60));
    CHECK((entries[1].site == 2 && entries[1].amount.bytes == 80));
}

}  // namespace memray::collector
