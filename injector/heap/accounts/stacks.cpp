// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/accounts/stacks.h"

#include <algorithm>
#include <cstring>
#include <optional>

namespace memray::heap {
namespace {

constexpr std::uint64_t kControlAlignment = 64;
constexpr std::uint64_t kControlSize = 24;
constexpr std::uint64_t kControlSelf = 16;
constexpr std::uint64_t kLongestSearch = std::uint64_t{256} << 20U;
constexpr std::uint64_t kLongestOfLoader = std::uint64_t{256} << 10U;

RemoteAddr page_after(RemoteAddr address) { return address.aligned_down(kPageBytes) + kPageBytes; }

bool is_control_block(const std::byte* bytes, RemoteAddr address) {
    std::uint64_t first = 0;
    std::uint64_t third = 0;
    std::memcpy(&first, bytes, sizeof first);
    std::memcpy(&third, bytes + kControlSelf, sizeof third);
    return first == address.value() && third == address.value();
}

// In the pages of [begin, end) that are there.
std::optional<RemoteAddr> find_control_block(const Memory& memory, const ResidentPages& pages, RemoteAddr begin,
                                             RemoteAddr end) {
    RemoteAddr at = (begin + (kControlAlignment - 1)).aligned_down(kControlAlignment);
    while (at + kControlSize <= end) {
        at = std::max(at, pages.next_touched(at));
        if (at + kControlSize > end) { break; }
        const RemoteAddr page_end = std::min(page_after(at), end);
        const std::byte* bytes = memory.view(at, page_end - at);
        for (; at + kControlSize <= page_end; at += kControlAlignment) {
            if (bytes == nullptr) { break; }
            if (is_control_block(bytes, at)) { return at; }
            bytes += kControlAlignment;
        }
        at = std::max(at, page_end.aligned_down(kControlAlignment));
    }
    return std::nullopt;
}

// Where a thread's stack ends that goes up from `begin`.
std::optional<RemoteAddr> end_of_stack(const Memory& memory, const Ledger& ledger, const Range& range,
                                       RemoteAddr begin) {
    const RemoteAddr limit = ledger.free_until(begin, std::min(range.end, begin + kLongestSearch));
    const auto control = find_control_block(memory, ledger.pages(), begin, limit);
    return control ? std::optional(page_after(*control)) : std::nullopt;
}

bool may_be_stack(const Range& range) { return range.is_anonymous() && range.readable && range.writable; }

void claim_main(const Range& range, const std::vector<RemoteAddr>& stack_pointers, Ledger& ledger) {
    const auto inside = [&range](RemoteAddr pointer) { return range.contains(pointer); };
    const auto pointer = std::find_if(stack_pointers.begin(), stack_pointers.end(), inside);
    const RemoteAddr used = pointer == stack_pointers.end() ? range.begin : *pointer;
    ledger.claim(used, range.end, Term::kMainStack);
    ledger.claim(range.begin, used, Term::kStaleStacks);
}

void claim_thread(const Memory& memory, RemoteAddr pointer, Ledger& ledger) {
    const Range* range = memory.range_at(pointer);
    if (range == nullptr || range->path == "[stack]" || !may_be_stack(*range) || !ledger.is_free(pointer)) { return; }
    const RemoteAddr end =
        end_of_stack(memory, ledger, *range, pointer).value_or(ledger.free_until(pointer, range->end));
    ledger.claim(pointer, end, Term::kThreadStacks);
    ledger.claim(range->begin, pointer, Term::kStaleStacks);
}

// Below each thread's stack are pages that nobody may touch.
bool is_above_guard(const std::vector<Range>& ranges, std::size_t index) {
    if (index == 0) { return false; }
    const Range& below = ranges[index - 1];
    return below.end == ranges[index].begin && !below.readable && !below.writable && below.path.empty();
}

}  // namespace

void claim_stacks(const Memory& memory, const std::vector<RemoteAddr>& stack_pointers, Ledger& ledger) {
    for (const RemoteAddr pointer : stack_pointers) { claim_thread(memory, pointer, ledger); }
    const std::vector<Range>& ranges = memory.ranges();
    for (std::size_t index = 0; index < ranges.size(); ++index) {
        const Range& range = ranges[index];
        if (range.path == "[stack]") {
            claim_main(range, stack_pointers, ledger);
        } else if (may_be_stack(range) && ledger.is_free(range.begin) && is_above_guard(ranges, index)) {
            const auto end = end_of_stack(memory, ledger, range, range.begin);
            if (end) { ledger.claim(range.begin, *end, Term::kEndedStacks); }
        }
    }
}

void claim_loader(const Memory& memory, Ledger& ledger) {
    for (const Range& range : memory.ranges()) {
        if (!may_be_stack(range) || range.path == "[stack]" || range.path == "[heap]") { continue; }
        if (range.size() > kLongestOfLoader || !ledger.is_free(range.begin)) { continue; }
        if (find_control_block(memory, ledger.pages(), range.begin, range.end)) {
            ledger.claim(range.begin, range.end, Term::kLoader);
        }
    }
}

}  // namespace memray::heap
