// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Per site: how many allocations were freed by their own thread after how many further allocations of that thread, in
// the classes of capture/events/lifetime.h. A site gets counters at its first such free: room for a few classes, which
// is all that most sites ever need, then for all of them.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "injector/capture/events/lifetime.h"
#include "injector/capture/profile.h"
#include "injector/collector/tables/site_table.h"

namespace memray::collector {

class Lifetimes {
public:
    // Returns the class, for remove().
    std::uint32_t add(Site& site, std::uint32_t distance, std::uint64_t bytes) {
        const std::uint32_t index = capture::lifetime_class(distance);
        capture::Amount& amount = counter(site, index);
        ++amount.count;
        amount.bytes += bytes;
        return index;
    }
    void remove(Site& site, std::uint32_t index, std::uint64_t bytes) {
        capture::Amount& amount = counter(site, index);
        --amount.count;
        amount.bytes -= bytes;
    }
    // Appends the entries of `site`, by distance.
    void append(const Site& site, std::uint32_t number, std::vector<capture::Lifetime>& to) const;

private:
    using All = std::array<capture::Amount, capture::kLifetimeClasses>;
    struct Few {
        std::array<capture::Amount, 3> amounts;
        std::array<std::uint8_t, 3> classes{};
        std::uint8_t used{0};
    };
    // Of Site::lifetimes: an index of all_, not of few_.
    static constexpr std::uint32_t kAll = 1U << 31U;

    capture::Amount& counter(Site& site, std::uint32_t index) {
        if ((site.lifetimes & kAll) == 0) { return counter_of_few(site, index); }
        if (site.lifetimes == kNoLifetimes) [[unlikely]] { return first_counter(site, index); }
        return all_[site.lifetimes & ~kAll][index];
    }
    capture::Amount& counter_of_few(Site& site, std::uint32_t index) {
        Few& few = few_[site.lifetimes];
        for (std::uint32_t i = 0; i < few.used; ++i) {
            if (few.classes[i] == index) { return few.amounts[i]; }
        }
        return new_counter(site, index);
    }
    capture::Amount& first_counter(Site& site, std::uint32_t index);
    capture::Amount& new_counter(Site& site, std::uint32_t index);
    [[nodiscard]] All all_of(const Site& site) const;

    std::vector<Few> few_;
    std::vector<std::uint32_t> unused_;  // of few_
    std::vector<All> all_;
};

}  // namespace memray::collector
