// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/tables/site_table.h"

#include "injector/collector/tables/live_table.h"

namespace memray::collector {
namespace {

// Beside the allocator: the number is not that of stacks, but of stacks and a file.
constexpr std::uint32_t kOfFile = 0x80;
static_assert(capture::kAllocatorCount <= kOfFile);

}  // namespace

std::uint32_t SiteTable::find(const SiteKey& key) {
    if (sites_.size() >= kMaxSites - 1) {
        ++rejected_;
        return 0;
    }
    std::uint64_t number = number_of_stacks(key);
    std::uint32_t last = static_cast<std::uint8_t>(key.allocator);
    if (key.file != 0) {
        number = files_.number(number << 32U | key.file);
        last |= kOfFile;
    }
    const std::uint64_t packed = (number << 32U) | (std::uint64_t{key.thread & 0xffffffU} << 8U) | last;
    const std::uint32_t site = index_.number(packed);
    if (site == sites_.size()) {
        sites_.emplace_back();
        sites_.back().thread = key.thread & 0xffffffU;
        sites_.back().memory = capture::is_memory(key.allocator) ? 1 : 0;
    }
    return site;
}

SiteKey SiteTable::key(std::uint32_t site) const noexcept {
    const std::uint64_t packed = index_.key(site);
    auto stacks = static_cast<std::uint32_t>(packed >> 32U);
    std::uint32_t file = 0;
    if ((packed & kOfFile) != 0) {
        const std::uint64_t of_file = files_.key(stacks);
        stacks = static_cast<std::uint32_t>(of_file >> 32U);
        file = static_cast<std::uint32_t>(of_file);
    }
    const std::uint64_t nodes = (stacks & 1U) != 0 ? stacks_.key(stacks >> 1U) : std::uint64_t{stacks >> 1U} << 32U;
    return {static_cast<std::uint32_t>(nodes >> 32U), static_cast<std::uint32_t>(nodes),
            static_cast<std::uint32_t>(packed >> 8U & 0xffffffU),
            static_cast<capture::Allocator>(packed & ~kOfFile & 0xffU), file};
}

}  // namespace memray::collector
