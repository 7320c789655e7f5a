// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/selection.h"

#include "injector/capture/lifetime.h"

namespace memray::report {

Selection at_peak(const capture::Profile& profile) {
    Selection selection;
    selection.reserve(profile.sites.size());
    for (const capture::Site& site : profile.sites) { selection.push_back(site.peak); }
    return selection;
}

Selection temporary(const capture::Profile& profile, std::uint32_t threshold) {
    Selection selection(profile.sites.size());
    for (const capture::Lifetime& lifetime : profile.lifetimes) {
        if (lifetime.distance > threshold) { continue; }
        capture::Amount& amount = selection[lifetime.site];
        amount.count += lifetime.amount.count;
        amount.bytes += lifetime.amount.bytes;
    }
    return selection;
}

std::uint32_t usable_threshold(std::uint32_t threshold) noexcept {
    return capture::largest_distance(capture::lifetime_class(threshold));
}

capture::Amount sum(const Selection& selection) noexcept {
    capture::Amount total;
    for (const capture::Amount& amount : selection) {
        total.count += amount.count;
        total.bytes += amount.bytes;
    }
    return total;
}

}  // namespace memray::report
