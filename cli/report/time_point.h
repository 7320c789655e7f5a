// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Moments of a recording as users name them, in one place for all that take one:
//
//   12, 12.5, 12.5s, 300ms, 2m, 1h30m   since the recording began
//   50%                                 of the time that it lasted
//   14:03, 14:03:20, 14:03:20.5         by the clock, here; of several days the first that is in the recording
//   2026-11-22 14:03:20                 with its date; a T may stand for the space
//   14:03:20Z, 14:03:20+00:00           either, in UTC, as reports print times
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "injector/capture/profile.h"

namespace memray::report {

struct Date {
    int year{0};
    int month{0};
    int day{0};
};

struct TimePoint {
    enum class Kind : std::uint8_t { kSinceStart, kShare, kClock };

    Kind kind{Kind::kSinceStart};
    double number{0};          // milliseconds since the start, a share of it all, or milliseconds since midnight
    std::optional<Date> date;  // of kClock
    bool utc{false};           // of kClock
    std::int64_t unit_ms{1};   // of kClock: how exactly it was said
};

// Nothing if it is no such time.
[[nodiscard]] std::optional<TimePoint> parse_time_point(std::string_view text);

// In milliseconds since the epoch; may lie outside of the recording. One by the clock that was said to the minute or
// second of the recording's start is that start.
[[nodiscard]] std::int64_t moment_of(const TimePoint& point, const capture::Metadata& metadata);

// "12.5 s", since the start of the recording: as it can be given to parse_time_point() without the space.
[[nodiscard]] std::string since_start_text(std::int64_t ms, const capture::Metadata& metadata);

}  // namespace memray::report
