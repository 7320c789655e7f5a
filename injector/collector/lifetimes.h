// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Per site: how many allocations were freed by their own thread after how many further allocations of that thread, in
// the classes of capture/lifetime.h. A site gets its counters at its first such free.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "injector/capture/lifetime.h"
#include "injector/capture/profile.h"
#include "injector/collector/site_table.h"

namespace memray::collector {

class Lifetimes {
public:
    // Returns the class, for remove().
    std::uint32_t add(Site& site, std::uint32_t distance, std::uint64_t bytes) {
        if (site.lifetimes == kNoLifetimes) {
            site.lifetimes = static_cast<std::uint32_t>(counters_.size());
            counters_.emplace_back();
        }
        const std::uint32_t index = capture::lifetime_class(distance);
        capture::Amount& amount = counters_[site.lifetimes][index];
        ++amount.count;
        amount.bytes += bytes;
        return index;
    }
    void remove(const Site& site, std::uint32_t index, std::uint64_t bytes) {
        capture::Amount& amount = counters_[site.lifetimes][index];
        --amount.count;
        amount.bytes -= bytes;
    }
    // Appends the entries of `site`, by distance.
    void append(const Site& site, std::uint32_t number, std::vector<capture::Lifetime>& to) const;

private:
    std::vector<std::array<capture::Amount, capture::kLifetimeClasses>> counters_;
};

}  // namespace memray::collector
