// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/memory/resident_pages.h"

#include <algorithm>
#include <utility>

#include "injector/heap/memory/pagemap.h"

namespace memray::heap {

ResidentPages ResidentPages::of(pid_t pid, std::span<const Range> ranges) {
    return ResidentPages(read_page_runs(pid, ranges));
}

ResidentPages::ResidentPages(std::vector<PageRun> runs) : runs_(std::move(runs)) {
    before_.reserve(runs_.size());
    for (const PageRun& run : runs_) {
        before_.push_back({present_, swapped_});
        (run.present ? present_ : swapped_) += run.size();
    }
}

// The index of the first run that ends behind `address`.
std::size_t ResidentPages::first_behind(RemoteAddr address) const {
    const auto found = std::upper_bound(runs_.begin(), runs_.end(), address,
                                        [](RemoteAddr wanted, const PageRun& run) { return wanted < run.end; });
    return static_cast<std::size_t>(found - runs_.begin());
}

bool ResidentPages::is_present(RemoteAddr address) const {
    const std::size_t index = first_behind(address);
    return index < runs_.size() && runs_[index].begin <= address && runs_[index].present;
}

RemoteAddr ResidentPages::next_touched(RemoteAddr address) const {
    const std::size_t index = first_behind(address);
    return index < runs_.size() ? std::max(address, runs_[index].begin) : RemoteAddr(~std::uint64_t{0});
}

ResidentPages::Before ResidentPages::before(RemoteAddr address) const {
    const std::size_t index = first_behind(address);
    if (index == runs_.size()) { return {present_, swapped_}; }
    Before result = before_[index];
    const PageRun& run = runs_[index];
    if (run.begin < address) { (run.present ? result.present : result.swapped) += address - run.begin; }
    return result;
}

std::uint64_t ResidentPages::present_between(RemoteAddr begin, RemoteAddr end) const {
    return begin < end ? before(end).present - before(begin).present : 0;
}

std::uint64_t ResidentPages::swapped_between(RemoteAddr begin, RemoteAddr end) const {
    return begin < end ? before(end).swapped - before(begin).swapped : 0;
}

}  // namespace memray::heap
