// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/tables/site_table.h"

#include "injector/collector/tables/live_table.h"

namespace memray::collector {

std::uint32_t SiteTable::find(const SiteKey& key) {
    if (sites_.size() >= kMaxSites - 1) {
        ++rejected_;
        return 0;
    }
    const std::uint64_t packed = (std::uint64_t{number_of_stacks(key)} << 32U) |
                                 (std::uint64_t{key.thread & 0xffffffU} << 8U) |
                                 static_cast<std::uint8_t>(key.allocator);
    const std::uint32_t site = index_.number(packed);
    if (site == sites_.size()) {
        sites_.emplace_back();
        sites_.back().thread = key.thread;
    }
    return site;
}

SiteKey SiteTable::key(std::uint32_t site) const noexcept {
    const std::uint64_t packed = index_.key(site);
    const auto stacks = static_cast<std::uint32_t>(packed >> 32U);
    const std::uint64_t nodes = (stacks & 1U) != 0 ? stacks_.key(stacks >> 1U) : std::uint64_t{stacks >> 1U} << 32U;
    return {static_cast<std::uint32_t>(nodes >> 32U), static_cast<std::uint32_t>(nodes),
            static_cast<std::uint32_t>(packed >> 8U & 0xffffffU), static_cast<capture::Allocator>(packed & 0xffU)};
}

}  // namespace memray::collector
