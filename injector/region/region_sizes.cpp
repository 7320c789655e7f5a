// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/region/region_sizes.h"

#include <bit>
#include <string>

#include "injector/base/error.h"
#include "payload/wire/module_directory.h"
#include "payload/wire/record.h"
#include "payload/wire/slot.h"

namespace memray::region {
namespace {

bool is_native(std::uint32_t flags) { return (flags & wire::kTraceNative) != 0; }

std::uint64_t region_size(const RegionSizes& sizes, std::uint32_t flags) {
    return wire::kRegionHeadSize + body_size(sizes, flags);
}

// One step down from what serves best: first fewer threads, then shorter rings, in turn.
// NOLINTBEGIN(bugprone-branch-clone): the order of the steps is the point
bool shrink(RegionSizes& sizes) {
    constexpr std::uint32_t kFewSlots = 64;
    constexpr std::uint32_t kShortRing = 8192;
    constexpr auto kShortestRing = static_cast<std::uint32_t>(8 * wire::kMaxRecordWords);
    if (sizes.slots > kFewSlots) {
        sizes.slots /= 2;
    } else if (sizes.ring_words > kShortRing) {
        sizes.ring_words /= 2;
    } else if (sizes.slots > kFewSlots / 8) {
        sizes.slots /= 2;
    } else if (sizes.ring_words > kShortestRing) {
        sizes.ring_words /= 2;
    } else {
        sizes.slots /= 2;
    }
    return sizes.slots > 0;
}
// NOLINTEND(bugprone-branch-clone)

}  // namespace

std::uint64_t directory_in_body(const RegionSizes& sizes) {
    if (sizes.slots == 0 || sizes.frames == 0 || !std::has_single_bit(sizes.ring_words)) {
        throw base::Error("Region sizes must not be 0, and the words of a ring a power of two");
    }
    return wire::slot_size(sizes.ring_words) * sizes.slots;
}

std::uint64_t body_size(const RegionSizes& sizes, std::uint32_t flags) {
    const std::uint64_t tables = sizes.tables / wire::kPageSize * wire::kPageSize;
    return directory_in_body(sizes) + (is_native(flags) ? wire::kTablesOffset + tables : 0);
}

RegionSizes fitted(RegionSizes sizes, std::uint32_t flags, std::uint64_t bytes) {
    // Tables of a few large libraries.
    constexpr std::uint64_t kFewTables = std::uint64_t{16} << 20U;
    while (region_size(sizes, flags) > bytes) {
        if (is_native(flags) && sizes.tables > kFewTables) {
            sizes.tables /= 2;
        } else if (!shrink(sizes)) {
            throw base::Error("The limit on the size of files (ulimit -f) is " + std::to_string(bytes) +
                              " bytes: too low to record");
        }
    }
    return sizes;
}

}  // namespace memray::region
