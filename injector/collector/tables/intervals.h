// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Per site: what was allocated in one time bucket and freed in a later one. What is freed in its own bucket is not
// kept.
#pragma once

#include <cassert>
#include <cstdint>
#include <vector>

#include "injector/capture/profile.h"
#include "injector/collector/tables/live_table.h"
#include "injector/interning/key_index.h"

namespace memray::collector {

class Intervals {
public:
    // Buckets are below kMaxBuckets; allocated < freed.
    void add(std::uint32_t site, std::uint32_t allocated, std::uint32_t freed, const capture::Amount& amount) {
        capture::Amount& sum = at(site, allocated, freed);
        sum.count += amount.count;
        sum.bytes += amount.bytes;
    }
    void remove(std::uint32_t site, std::uint32_t allocated, std::uint32_t freed, const capture::Amount& amount) {
        capture::Amount& sum = at(site, allocated, freed);
        assert(sum.count >= amount.count && sum.bytes >= amount.bytes);  // it was added once
        sum.count -= amount.count;
        sum.bytes -= amount.bytes;
    }
    // Two neighbouring time buckets become one.
    void fold();
    void append(std::vector<capture::Interval>& to) const;

private:
    capture::Amount& at(std::uint32_t site, std::uint32_t allocated, std::uint32_t freed) {
        assert(allocated < freed && freed < kMaxBuckets);
        const std::uint32_t number =
            index_.number((std::uint64_t{site} << 16U) | (std::uint64_t{allocated} << 8U) | freed);
        if (number == amounts_.size()) { amounts_.emplace_back(); }
        return amounts_[number];
    }

    interning::KeyIndex index_;
    std::vector<capture::Amount> amounts_;
};

}  // namespace memray::collector
