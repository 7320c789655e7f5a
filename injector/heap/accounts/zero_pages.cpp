// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/accounts/zero_pages.h"

#include <algorithm>
#include <utility>

namespace memray::heap {
namespace {

// Bytes that the page tables have more than the kernel counts.
std::uint64_t excess_of(const MappingUse& mapping, const ResidentPages& pages) {
    const std::uint64_t present = pages.present_between(mapping.begin, mapping.end);
    return present - std::min(present, mapping.resident);
}

// Goes through mappings and spans, both in the order of addresses.
class Removal {
public:
    Removal(const ResidentPages& pages, const std::vector<MappingUse>& mappings) : pages_(pages), mappings_(mappings) {}

    std::vector<PageSpan> run() {
        for (const PageSpan& span : pages_.spans()) {
            if (span.maybe_zero) {
                remove_from(span);
            } else {
                kept_.push_back(span);
            }
        }
        return std::move(kept_);
    }

private:
    void remove_from(PageSpan span) {
        while (span.begin < span.end) {
            while (next_ < mappings_.size() && mappings_[next_].end <= span.begin) { step(); }
            PageSpan part = span;
            if (next_ < mappings_.size()) { part.end = std::min(span.end, mappings_[next_].end); }
            span.begin = part.end;
            const std::uint64_t removed = std::min(excess(), part.size());
            removed_ += removed;
            part.begin += removed;
            if (part.begin < part.end) { kept_.push_back(part); }
        }
    }
    void step() {
        ++next_;
        removed_ = 0;
    }
    // Bytes that have still to go from the mapping.
    [[nodiscard]] std::uint64_t excess() const {
        return next_ < mappings_.size() ? excess_of(mappings_[next_], pages_) - removed_ : 0;
    }

    const ResidentPages& pages_;
    const std::vector<MappingUse>& mappings_;
    std::vector<PageSpan> kept_;
    std::size_t next_{0};
    std::uint64_t removed_{0};  // of the mapping at next_
};

}  // namespace

ResidentPages without_zero_pages(const ResidentPages& pages, const std::vector<MappingUse>& mappings) {
    return ResidentPages(Removal(pages, mappings).run());
}

}  // namespace memray::heap
