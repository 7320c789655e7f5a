// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/time_point.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>
#include <string>

using namespace memray;
using namespace memray::report;

namespace {

constexpr std::int64_t kStart = 1'763'850'900'884;  // 2025-11-22 22:35:00.884 UTC

capture::Metadata two_hours() {
    capture::Metadata metadata;
    metadata.start_ms = kStart;
    metadata.end_ms = kStart + 2 * 3'600'000;
    return metadata;
}

// Milliseconds since the start.
std::int64_t since_start(const std::string& text) {
    const auto point = parse_time_point(text);
    REQUIRE(point);
    return moment_of(*point, two_hours()) - kStart;
}

// Local time is that of a place five and a half hours ahead.
class InIndia {
public:
    InIndia() { set("IST-5:30"); }
    ~InIndia() { set("UTC"); }
    InIndia(const InIndia&) = delete;
    InIndia& operator=(const InIndia&) = delete;

private:
    static void set(const char* zone) {
        ::setenv("TZ", zone, 1);
        ::tzset();
    }
};

}  // namespace

TEST_CASE("times are said in seconds since the start, or with units") {
    CHECK(since_start("12") == 12'000);
    CHECK(since_start("12.5") == 12'500);
    CHECK(since_start("12.5s") == 12'500);
    CHECK(since_start("300ms") == 300);
    CHECK(since_start("2m") == 120'000);
    CHECK(since_start("1h30m") == 5'400'000);
    CHECK(since_start("1h0.5s") == 3'600'500);
    CHECK(since_start("0") == 0);
}

TEST_CASE("times are said as a share of the recording") {
    CHECK(since_start("50%") == 3'600'000);
    CHECK(since_start("0%") == 0);
    CHECK(since_start("100%") == 7'200'000);
    CHECK(since_start("12.5%") == 900'000);
}

TEST_CASE("times are said by the clock, here or in UTC, with a date or without") {
    const InIndia here;
    CHECK(since_start("22:35:01Z") == 116);
    CHECK(since_start("22:35:01.5+00:00") == 616);
    CHECK(since_start("04:05:01") == 116);  // of the next day there, when the recording began
    CHECK(since_start("2025-11-22 22:36:00.884Z") == 60'000);
    CHECK(since_start("2025-11-23T04:06:00.884") == 60'000);
    CHECK(since_start("22:35Z") == 0);  // the minute, and the second, in which it began
    CHECK(since_start("22:35:00Z") == 0);
    CHECK(since_start("00:10:00.884Z") == 95 * 60'000);  // of the next day
    CHECK(since_start("22:34Z") > 7'200'000);            // likewise: after the end
    CHECK(since_start("2025-11-22 22:34Z") < 0);
}

TEST_CASE("what is no time is not taken for one") {
    for (const char* text : {"",
                             "x",
                             "12x",
                             "1m2h",
                             "1m2",
                             "5 s",
                             "-1",
                             "101%",
                             "1.",
                             ".5",
                             "24:00",
                             "12:60",
                             "1:30",
                             "12:30:60",
                             "12:30:",
                             "2025-13-01 10:00",
                             "2025-11-22",
                             "2025-11-22 10",
                             "12:30+01:00",
                             "50%%",
                             "1e3",
                             "99999999999999"}) {
        CAPTURE(text);
        CHECK(!parse_time_point(text));
    }
}

TEST_CASE("times are written as they can be said") {
    CHECK(since_start_text(kStart, two_hours()) == "0 s");
    CHECK(since_start_text(kStart + 12'000, two_hours()) == "12 s");
    CHECK(since_start_text(kStart + 100'050, two_hours()) == "100.05 s");
}
