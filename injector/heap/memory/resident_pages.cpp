// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/memory/resident_pages.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "injector/heap/memory/pagemap.h"

namespace memray::heap {

ResidentPages ResidentPages::of(pid_t pid, std::span<const Range> ranges) {
    return ResidentPages(read_page_spans(pid, ranges));
}

ResidentPages ResidentPages::of(pid_t pid) { return of(pid, ranges_of(elf::read_maps(pid))); }

ResidentPages::ResidentPages(std::vector<PageSpan> spans) : spans_(std::move(spans)) {
    before_.reserve(spans_.size());
    for (const PageSpan& span : spans_) {
        before_.push_back({present_, swapped_});
        (span.present ? present_ : swapped_) += span.size();
    }
}

// The index of the first span that ends behind `address`.
std::size_t ResidentPages::first_behind(RemoteAddr address) const {
    const bool is_last = last_ < spans_.size() && spans_[last_].begin <= address && address < spans_[last_].end;
    if (is_last) { return last_; }
    const auto found = std::upper_bound(spans_.begin(), spans_.end(), address,
                                        [](RemoteAddr wanted, const PageSpan& span) { return wanted < span.end; });
    last_ = static_cast<std::size_t>(found - spans_.begin());
    return last_;
}

std::span<const PageSpan> ResidentPages::spans_in(RemoteAddr begin, RemoteAddr end) const {
    const auto first = spans_.begin() + static_cast<std::ptrdiff_t>(first_behind(begin));
    const auto last = std::lower_bound(first, spans_.end(), end,
                                       [](const PageSpan& span, RemoteAddr wanted) { return span.begin < wanted; });
    return {first, last};
}

bool ResidentPages::is_present(RemoteAddr address) const {
    const std::size_t index = first_behind(address);
    return index < spans_.size() && spans_[index].begin <= address && spans_[index].present;
}

RemoteAddr ResidentPages::next_touched(RemoteAddr address) const {
    const std::size_t index = first_behind(address);
    return index < spans_.size() ? std::max(address, spans_[index].begin) : RemoteAddr(~std::uint64_t{0});
}

ResidentPages::Before ResidentPages::before(RemoteAddr address) const {
    const std::size_t index = first_behind(address);
    if (index == spans_.size()) { return {present_, swapped_}; }
    Before result = before_[index];
    const PageSpan& span = spans_[index];
    if (span.begin < address) { (span.present ? result.present : result.swapped) += address - span.begin; }
    return result;
}

std::uint64_t ResidentPages::present_between(RemoteAddr begin, RemoteAddr end) const {
    return begin < end ? before(end).present - before(begin).present : 0;
}

std::uint64_t ResidentPages::swapped_between(RemoteAddr begin, RemoteAddr end) const {
    return begin < end ? before(end).swapped - before(begin).swapped : 0;
}

}  // namespace memray::heap
