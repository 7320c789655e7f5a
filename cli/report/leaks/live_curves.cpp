// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/leaks/live_curves.h"

#include <algorithm>
#include <set>
#include <utility>

namespace memray::report {

using capture::Interval;

LiveCurves::LiveCurves(const capture::Profile& profile, TimeRange range, std::vector<std::uint32_t> processes)
    : profile_(profile), range_(range), first_of_(profile.sites.size() + 1), processes_(std::move(processes)) {
    for (const Interval& interval : profile.intervals) {
        ++first_of_[interval.site + 1];
        std::vector<bool>& busy = busy_[processes_[interval.site]];
        busy.resize(range_.last - range_.first + 1);
        for (const std::uint32_t bucket : {interval.allocated, interval.freed}) {
            if (bucket >= range_.first && bucket <= range_.last) { busy[bucket - range_.first] = true; }
        }
    }
    for (std::size_t i = 1; i < first_of_.size(); ++i) { first_of_[i] += first_of_[i - 1]; }
}

std::vector<std::uint64_t> LiveCurves::of(const std::vector<std::uint32_t>& sites) const {
    // Differences: their running sum, modulo 2^64, is what was live.
    std::vector<std::uint64_t> curve(range_.last - range_.first + 1);
    for (const std::uint32_t site : sites) {
        for (std::size_t i = first_of_[site]; i < first_of_[site + 1]; ++i) {
            const Interval& interval = profile_.intervals[i];
            if (interval.allocated > range_.last || interval.freed <= range_.first) { continue; }
            curve[interval.allocated <= range_.first ? 0 : interval.allocated - range_.first] += interval.amount.bytes;
            if (interval.freed <= range_.last) { curve[interval.freed - range_.first] -= interval.amount.bytes; }
        }
    }
    for (std::size_t i = 1; i < curve.size(); ++i) { curve[i] += curve[i - 1]; }
    return curve;
}

capture::Amount LiveCurves::last(const std::vector<std::uint32_t>& sites) const {
    capture::Amount amount;
    for (const std::uint32_t site : sites) {
        for (std::size_t i = first_of_[site]; i < first_of_[site + 1]; ++i) {
            const Interval& interval = profile_.intervals[i];
            if (interval.allocated <= range_.last && interval.freed > range_.last) { amount += interval.amount; }
        }
    }
    return amount;
}

std::vector<std::uint64_t> LiveCurves::busy_part(const std::vector<std::uint64_t>& curve,
                                                 const std::vector<std::uint32_t>& sites) const {
    std::set<std::uint32_t> processes;
    for (const std::uint32_t site : sites) { processes.insert(processes_[site]); }
    std::vector<std::uint64_t> part;
    for (std::size_t i = 0; i < curve.size(); ++i) {
        const bool busy = std::any_of(processes.begin(), processes.end(), [&](std::uint32_t process) {
            const auto found = busy_.find(process);
            return found != busy_.end() && found->second[i];
        });
        if (busy) { part.push_back(curve[i]); }
    }
    return part;
}

}  // namespace memray::report
