// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/format.h"

#include <catch2/catch.hpp>
#include <cstdint>

using namespace memray::report;

TEST_CASE("Sizes have three decimals and SI units") {
    CHECK(size_text(0) == "0.000B");
    CHECK(size_text(960) == "960.000B");
    CHECK(size_text(999) == "999.000B");
    CHECK(size_text(1000) == "1.000kB");
    CHECK(size_text(20'059'000) == "20.059MB");
    CHECK(size_text(6'364'054) == "6.364MB");
    CHECK(size_text(UINT64_MAX) == "18.447EB");
}

TEST_CASE("A size that rounds up to 1000 uses the next unit") {
    CHECK(size_text(999'999) == "999.999kB");
    CHECK(size_text(999'999'400) == "999.999MB");
    CHECK(size_text(999'999'600) == "1.000GB");
}

TEST_CASE("Percentages have two decimals and survive an empty whole") {
    CHECK(percent_text(1, 3) == "33.33%");
    CHECK(percent_text(5, 5) == "100.00%");
    CHECK(percent_text(0, 0) == "0.00%");
}

TEST_CASE("Times are UTC, with a fraction only if there is one") {
    CHECK(time_text(1795386900884) == "2026-11-22 22:35:00.884000+00:00");
    CHECK(time_text(1795386900000) == "2026-11-22 22:35:00+00:00");
    CHECK(time_text(-5) == "-5 ms");
    CHECK(time_text(INT64_MAX) == "9223372036854775807 ms");
}

TEST_CASE("Counted nouns are plural unless there is one") {
    CHECK(counted(0, "event") == "0 events");
    CHECK(counted(1, "event") == "1 event");
    CHECK(counted(2, "event") == "2 events");
}

TEST_CASE("Durations have two units at most") {
    CHECK(duration_text(999) == "0 s");
    CHECK(duration_text(59'999) == "59 s");
    CHECK(duration_text(303'000) == "5 min 3 s");
    CHECK(duration_text(std::int64_t{192} * 60'000) == "3 h 12 min");
    CHECK(duration_text(std::int64_t{53} * 3'600'000) == "2 d 5 h");
}
