// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/selection.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/report/format.h"
#include "cli/report/period.h"
#include "injector/capture/events/lifetime.h"

namespace memray::report {
namespace {

Selection of_sites(const capture::Profile& profile, capture::Amount capture::Site::*amount) {
    Selection selection;
    selection.reserve(profile.sites.size());
    for (const capture::Site& site : profile.sites) { selection.push_back(site.*amount); }
    return selection;
}

template <typename Wanted>
Selection of_intervals(const capture::Profile& profile, Wanted wanted) {
    Selection selection(profile.sites.size());
    for (const capture::Interval& interval : profile.intervals) {
        if (wanted(interval)) { selection[interval.site] += interval.amount; }
    }
    return selection;
}

// Moment i is the start of bucket i. Of equal ones the first.
std::uint32_t fullest_moment(const capture::Profile& profile, TimeRange range) {
    const auto buckets = static_cast<std::uint32_t>(profile.time_buckets.size());
    std::vector<std::uint64_t> grown(buckets + 1);  // differences: live bytes are their running sum, modulo 2^64
    for (const capture::Interval& interval : profile.intervals) {
        grown[interval.allocated + 1] += interval.amount.bytes;
        if (interval.freed < buckets) { grown[interval.freed + 1] -= interval.amount.bytes; }
    }
    for (std::uint32_t i = 1; i <= buckets; ++i) { grown[i] += grown[i - 1]; }
    const auto at = [&](std::uint32_t moment) { return grown.begin() + std::min(moment, buckets); };
    return static_cast<std::uint32_t>(std::max_element(at(range.first), at(range.last + 1) + 1) - grown.begin());
}

}  // namespace

Selection at_peak(const capture::Profile& profile) { return of_sites(profile, &capture::Site::peak); }

Selection leaked(const capture::Profile& profile) { return of_sites(profile, &capture::Site::leaked); }

Selection kept(const capture::Profile& profile) {
    return profile.period ? profile.period->kept : Selection(profile.sites.size());
}

Selection allocated(const capture::Profile& profile) { return of_sites(profile, &capture::Site::total); }

Selection at_peak_of(const capture::Profile& profile, TimeRange range) {
    const std::uint32_t moment = fullest_moment(profile, range);
    return of_intervals(profile, [moment](const capture::Interval& interval) {
        return interval.allocated < moment && interval.freed >= moment;
    });
}

Selection leaked_in(const capture::Profile& profile, TimeRange range) {
    return of_intervals(profile, [range](const capture::Interval& interval) {
        return interval.allocated >= range.first && interval.allocated <= range.last && interval.freed > range.last;
    });
}

Selection temporary(const capture::Profile& profile, std::uint32_t threshold) {
    Selection selection(profile.sites.size());
    for (const capture::Lifetime& lifetime : profile.lifetimes) {
        if (lifetime.distance > threshold) { continue; }
        selection[lifetime.site] += lifetime.amount;
    }
    return selection;
}

std::uint32_t usable_threshold(std::uint32_t threshold) noexcept {
    return capture::largest_distance(capture::lifetime_class(threshold));
}

Selection select(const capture::Profile& profile, SelectionChoice choice) {
    switch (choice.kind) {
        case SelectionKind::kPeak:
            break;
        case SelectionKind::kLeaked:
            return leaked(profile);
        case SelectionKind::kTemporary:
            return temporary(profile, choice.threshold);
        case SelectionKind::kKept:
            return kept(profile);
        case SelectionKind::kTotal:
            return allocated(profile);
    }
    return at_peak(profile);
}

std::string_view selection_name(SelectionKind kind) noexcept {
    switch (kind) {
        case SelectionKind::kPeak:
            break;
        case SelectionKind::kLeaked:
            return "leaked";
        case SelectionKind::kTemporary:
            return "temporary";
        case SelectionKind::kKept:
            return "kept";
        case SelectionKind::kTotal:
            return "total";
    }
    return "peak";
}

std::string selection_title(SelectionChoice choice) {
    switch (choice.kind) {
        case SelectionKind::kPeak:
            break;
        case SelectionKind::kLeaked:
            return "Not freed at the end";
        case SelectionKind::kTemporary:
            return fmt::format("Temporary allocations (freed after at most {})",
                               counted(choice.threshold, "other allocation"));
        case SelectionKind::kKept:
            return "Allocated then and live at the end of it";
        case SelectionKind::kTotal:
            return "Ever allocated";
    }
    return "Live at the peak";
}

std::string selection_title(const capture::Profile& profile, SelectionChoice choice) {
    if (!profile.period) { return selection_title(choice); }
    const std::string time = period_text(profile);
    switch (choice.kind) {
        case SelectionKind::kPeak:
            break;
        case SelectionKind::kLeaked:
            return fmt::format("Allocated from {} and not freed at the end of the recording", time);
        case SelectionKind::kTemporary:
            return fmt::format("{}, from {}", selection_title(choice), time);
        case SelectionKind::kTotal:
            return fmt::format("Allocated from {}", time);
        case SelectionKind::kKept:
            return fmt::format("Allocated from {} and live at the end of that", time);
    }
    return fmt::format("Live at the peak of {}", time);
}

capture::Amount sum(const Selection& selection, const StackView& view) noexcept {
    capture::Amount total;
    for (std::size_t i = 0; i < selection.size(); ++i) {
        if (view.of_site[i] != kLeftOut) { total += selection[i]; }
    }
    return total;
}

capture::Amount sum(const Selection& selection) noexcept {
    capture::Amount total;
    for (const capture::Amount& amount : selection) { total += amount; }
    return total;
}

}  // namespace memray::report
