// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/memory/range.h"

namespace memray::heap {
namespace {

bool is_kernel_only(const elf::MapEntry& entry) {
    return entry.path.starts_with("[vvar") || entry.path == "[vsyscall]";
}

Range range_of(const elf::MapEntry& entry) {
    return {entry.begin,      entry.end,    entry.readable, entry.writable,
            entry.executable, entry.shared, entry.offset,   entry.path};
}

// Names that programs give to anonymous memory (PR_SET_VMA_ANON_NAME) do not split what lies in it.
bool may_join(const std::string& path) { return path.empty() || path.starts_with('['); }

bool goes_on(const Range& range, const Range& next) {
    return range.end == next.begin && range.path == next.path && may_join(range.path) &&
           range.readable == next.readable && range.writable == next.writable && range.executable == next.executable &&
           range.shared == next.shared;
}

}  // namespace

std::vector<Range> ranges_of(std::span<const elf::MapEntry> maps) {
    std::vector<Range> ranges;
    for (const elf::MapEntry& entry : maps) {
        if (is_kernel_only(entry)) { continue; }
        Range next = range_of(entry);
        if (!ranges.empty() && goes_on(ranges.back(), next)) {
            ranges.back().end = next.end;
        } else {
            ranges.push_back(std::move(next));
        }
    }
    return ranges;
}

const Range* find_range(std::span<const Range> ranges, RemoteAddr address) {
    const Range* found = last_from(ranges, address);
    return found != nullptr && found->contains(address) ? found : nullptr;
}

}  // namespace memray::heap
