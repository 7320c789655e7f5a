// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/memory/table_views.h"

#include "payload/memory/address_space.h"

namespace memray::payload {

void TableViews::open(const wire::ControlPage& control, void* page, std::uint64_t limit) noexcept {
    limit_ = limit;
    first_ = kFirst;
    control_ = &control;
    page_ = page;
    for (auto& view : views_) { view.store(nullptr, std::memory_order_relaxed); }
}

void TableViews::open_whole(const unsigned char* tables, std::uint64_t size) noexcept {
    limit_ = first_ = size;
    page_ = nullptr;
    for (auto& view : views_) { view.store(const_cast<unsigned char*>(tables), std::memory_order_relaxed); }
}

void TableViews::close() noexcept {
    for (std::uint32_t view = 0; view < kViews && page_ != nullptr; ++view) {
        unmap(views_[view].exchange(nullptr, std::memory_order_relaxed), size_of(view));
    }
}

std::uint64_t TableViews::size_of(std::uint32_t view) const noexcept {
    const std::uint64_t size = first_ << view;
    return size < limit_ ? size : limit_;
}

const unsigned char* TableViews::up_to(std::uint64_t end) noexcept {
    if (end > limit_) { return nullptr; }
    std::uint32_t smallest = kViews;
    for (std::uint32_t view = 0; view < kViews; ++view) {
        if (size_of(view) < end) { continue; }
        if (const unsigned char* mapped = views_[view].load(std::memory_order_acquire)) { return mapped; }
        if (smallest == kViews) { smallest = view; }
    }
    return smallest == kViews || page_ == nullptr ? nullptr : map(smallest);
}

// Two threads may do so at once: the first one's counts.
unsigned char* TableViews::map(std::uint32_t view) noexcept {
    auto* made = static_cast<unsigned char*>(map_behind(*control_, page_, 0, size_of(view)));
    unsigned char* there = nullptr;
    if (made == nullptr || views_[view].compare_exchange_strong(there, made, std::memory_order_acq_rel)) {
        return made;
    }
    unmap(made, size_of(view));
    return there;
}

}  // namespace memray::payload
