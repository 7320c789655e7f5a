// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The sites: who allocates (stacks, thread, allocator), and what each of them holds. Totals and the high-water mark are
// kept by epochs: a new peak of the whole heap only counts the epoch up; a site notices at its next change that its
// amounts so far were those at the last peak.
#pragma once

#include <cstdint>
#include <vector>

#include "injector/capture/profile.h"
#include "injector/interning/key_index.h"

namespace memray::collector {

inline constexpr std::uint32_t kNoLifetimes = 0xffffffff;

struct Site {
    capture::Amount live;
    capture::Amount total;
    capture::Amount peak;  // valid if epoch is the current one, else it is `live`
    std::uint64_t epoch{0};
    std::uint32_t thread : 24 {0};
    std::uint32_t memory : 8 {1};  // is_memory() of its allocator
    std::uint32_t lifetimes{kNoLifetimes};
};
static_assert(sizeof(Site) == 64);  // a cache line

struct SiteKey {
    std::uint32_t node{0};         // of the Python stack
    std::uint32_t native_node{0};  // of the native one
    std::uint32_t thread{0};       // below 2^24
    capture::Allocator allocator{capture::Allocator::kNone};
    std::uint32_t file{0};  // as in Range
};

class SiteTable {
public:
    // The site of `key`; site 0 once there are too many (counted in rejected()).
    std::uint32_t find(const SiteKey& key);
    Site& operator[](std::uint32_t site) noexcept { return sites_[site]; }
    const Site& operator[](std::uint32_t site) const noexcept { return sites_[site]; }
    [[nodiscard]] SiteKey key(std::uint32_t site) const noexcept;
    [[nodiscard]] std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(sites_.size()); }
    [[nodiscard]] std::uint64_t rejected() const noexcept { return rejected_; }

private:
    // One number for both stacks; without a native one it takes no table.
    std::uint32_t number_of_stacks(const SiteKey& key) {
        if (key.native_node == 0) { return key.node << 1U; }
        return stacks_.number(std::uint64_t{key.node} << 32U | key.native_node) << 1U | 1U;
    }

    interning::KeyIndex stacks_;  // nodes of both
    interning::KeyIndex files_;   // stacks, file
    interning::KeyIndex index_;   // stacks, or stacks and file; thread, allocator
    std::vector<Site> sites_;
    std::uint64_t rejected_{0};
};

}  // namespace memray::collector
