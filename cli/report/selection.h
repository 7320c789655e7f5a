// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Which allocations a report is about: an amount per site.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/report/stack_view.h"
#include "injector/capture/profile.h"

namespace memray::report {

// One entry per site of the profile, in the same order.
using Selection = std::vector<capture::Amount>;

// Live when the heap was largest.
[[nodiscard]] Selection at_peak(const capture::Profile& profile);

// Live at the end of the recording.
[[nodiscard]] Selection leaked(const capture::Profile& profile);

// Of a profile with a Period: allocated in it and live at its end. Nothing for others.
[[nodiscard]] Selection kept(const capture::Profile& profile);

// Everything that was ever allocated.
[[nodiscard]] Selection allocated(const capture::Profile& profile);

// Time buckets of the profile, both included.
struct TimeRange {
    std::uint32_t first{0};
    std::uint32_t last{0};
};

// Live at the fullest moment of the range, of those a capture knows in detail: the start of the range and the end of
// each of its buckets. What was freed in the bucket it was allocated in is in none of them.
[[nodiscard]] Selection at_peak_of(const capture::Profile& profile, TimeRange range);

// Allocated in the range and not freed by its end.
[[nodiscard]] Selection leaked_in(const capture::Profile& profile, TimeRange range);

// Freed by their own thread after at most `threshold` further allocations of that thread.
[[nodiscard]] Selection temporary(const capture::Profile& profile, std::uint32_t threshold);

// Captures distinguish lifetimes in classes: the smallest threshold that is not less and does not cut a class.
[[nodiscard]] std::uint32_t usable_threshold(std::uint32_t threshold) noexcept;

// What users choose between.
// kKept: allocated in a part of the recording's time and live at its end (capture::Period).
enum class SelectionKind : std::uint8_t { kPeak, kLeaked, kTemporary, kTotal, kKept };
struct SelectionChoice {
    SelectionKind kind{SelectionKind::kPeak};
    std::uint32_t threshold{1};  // of temporary allocations
};
[[nodiscard]] Selection select(const capture::Profile& profile, SelectionChoice choice);

// "peak", "leaked", "temporary", "total", "kept"
[[nodiscard]] std::string_view selection_name(SelectionKind kind) noexcept;
// "Live at the peak", "Not freed at the end", "Temporary allocations (freed after at most 1 other allocation)",
// "Ever allocated"
[[nodiscard]] std::string selection_title(SelectionChoice choice);
// The same, of a part of the recording's time if the profile is about one.
[[nodiscard]] std::string selection_title(const capture::Profile& profile, SelectionChoice choice);

[[nodiscard]] capture::Amount sum(const Selection& selection) noexcept;
// Of the sites that the view shows.
[[nodiscard]] capture::Amount sum(const Selection& selection, const StackView& view) noexcept;

}  // namespace memray::report
