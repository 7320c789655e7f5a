// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/stack/stack_window.h"

#include "payload/syscalls.h"

namespace memray::payload {

constinit std::atomic<std::uint32_t> unmaps{0};

namespace {

// A frame that is longer than this many pages is looked at by itself.
constexpr std::uint64_t kLongestStep = 256;
constexpr std::uint64_t kHighestPage = (1ULL << 47U) - 2 * wire::kPageSize;

constexpr std::uint64_t page_of(std::uint64_t address) noexcept { return address & ~(wire::kPageSize - 1); }

bool is_readable_page(std::uint64_t page) noexcept { return page <= kHighestPage && is_readable(page); }

}  // namespace

StackWindow::StackWindow(NativeBuffers& kept, std::uint64_t stack_pointer) noexcept
    : kept_(kept), from_(kept.readable_from), to_(kept.readable_to) {
    const std::uint32_t now = unmaps.load(std::memory_order_relaxed);
    if (stack_pointer >= from_ && stack_pointer < to_ && kept.unmaps_seen == now) [[likely]] { return; }
    kept.unmaps_seen = now;
    from_ = page_of(stack_pointer);
    to_ = from_ + wire::kPageSize;
}

StackWindow::~StackWindow() {
    if (elsewhere_) { return; }
    kept_.readable_from = from_;
    kept_.readable_to = to_;
}

bool StackWindow::open(std::uint64_t address) noexcept {
    if (address >= from_ && address < to_) { return true; }
    const std::uint64_t page = page_of(address);
    if (address < from_ || (page - to_) / wire::kPageSize >= kLongestStep) {
        if (!is_readable_page(page)) { return false; }
        if (!elsewhere_) {
            kept_.readable_from = from_;
            kept_.readable_to = to_;
        }
        elsewhere_ = true;
        from_ = page;
        to_ = page + wire::kPageSize;
        return true;
    }
    for (; to_ <= page; to_ += wire::kPageSize) {
        if (!is_readable_page(to_)) { return false; }
    }
    return true;
}

}  // namespace memray::payload
