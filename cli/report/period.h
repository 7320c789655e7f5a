// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Reports on a part of a recording's time (capture::Period): what a capture without a log of events knows of one, and
// how reports say which one they are about.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/report/selection.h"
#include "injector/capture/profile.h"

namespace memray::report {

// Moment i is the start of time bucket i, and the last one the end of the recording, since the epoch. The profile has
// buckets.
[[nodiscard]] std::int64_t moment_ms(const capture::Profile& profile, std::size_t moment);
// From one time bucket to the next; 0 if there are not two.
[[nodiscard]] std::int64_t bucket_ms(const capture::Profile& profile);

// The time buckets that come nearest to a time, at least one. The profile has some.
[[nodiscard]] TimeRange buckets_near(const capture::Profile& profile, std::int64_t from_ms, std::int64_t to_ms);

// Makes the profile one of these buckets.
void reduce_to_buckets(capture::Profile& profile, TimeRange range);

// Whether it can be said how much was allocated in all, and what was temporary.
[[nodiscard]] bool knows_totals(const capture::Profile& profile) noexcept;

// "12 s to 15.5 s", since the start of the recording.
[[nodiscard]] std::string period_text(const capture::Profile& profile);

// What stands above reports; empty for those on a whole recording.
[[nodiscard]] std::string period_line(const capture::Profile& profile);

// null, or the fields from_seconds, to_seconds, exact, bytes_at_start, bytes_at_end, most_bytes and text.
[[nodiscard]] nlohmann::ordered_json period_json(const capture::Profile& profile);

}  // namespace memray::report
