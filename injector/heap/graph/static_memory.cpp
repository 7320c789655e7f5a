// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/graph/static_memory.h"

#include <algorithm>

namespace memray::heap {
namespace {

// Larger than any .bss that has been seen; what else begins where a file's mapping ends is by chance.
constexpr std::uint64_t kLargestBss = std::uint64_t{64} << 20U;

}  // namespace

StaticMemory::StaticMemory(const Memory& memory) {
    const Range* before = nullptr;  // the file's part that ends where this range begins
    for (const Range& range : memory.ranges()) {
        if (before != nullptr && before->end != range.begin) { before = nullptr; }
        const bool bss = range.path.empty() && range.writable && before != nullptr && range.size() <= kLargestBss;
        if (range.is_file() && range.writable && !range.shared) {
            ranges_.push_back({range.begin, range.end, &range});
        } else if (bss) {
            const Range* file = ranges_.empty() || ranges_.back().end != range.begin ? before : ranges_.back().file;
            ranges_.push_back({range.begin, range.end, file});
        }
        before = range.is_file() && !range.shared ? &range : nullptr;
    }
}

bool StaticMemory::contains(RemoteAddr address) const {
    const auto after =
        std::upper_bound(ranges_.begin(), ranges_.end(), address,
                         [](RemoteAddr wanted, const StaticRange& range) { return wanted < range.begin; });
    return after != ranges_.begin() && address < std::prev(after)->end;
}

}  // namespace memray::heap
