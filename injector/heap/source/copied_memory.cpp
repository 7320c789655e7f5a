// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/source/copied_memory.h"

#include <algorithm>
#include <cstring>

#include "injector/heap/memory/pagemap.h"

namespace memray::heap {
namespace {

// Of its own, and of what the program can have written.
bool is_copied(const Range& range) { return range.readable && !range.shared && (range.writable || !range.is_file()); }

std::vector<PageSpan> pages_to_copy(pid_t pid, std::span<const elf::MapEntry> maps) {
    std::vector<Range> ranges = ranges_of(maps);
    std::erase_if(ranges, [](const Range& range) { return !is_copied(range); });
    return read_page_spans(pid, ranges);
}

std::uint64_t bytes_there(pid_t pid) {
    std::uint64_t bytes = 0;
    for (const PageSpan& span : pages_to_copy(pid, elf::read_maps(pid))) { bytes += span.present ? span.size() : 0; }
    return bytes;
}

}  // namespace

PageCopy::PageCopy(pid_t pid) : pid_(pid), pool_(bytes_there(pid)) {}

void PageCopy::take(const PageReader& reader) {
    for (const PageSpan& span : pages_to_copy(pid_, reader.maps())) {
        std::byte* const copy = span.present ? pool_.take(span.size()) : nullptr;
        if (copy != nullptr) {
            reader.read_memory(span.begin, copy, span.size());
        } else {
            swapped_ += span.size();
        }
        extents_.push_back({span.begin, span.end, copy});
    }
}

bool CopiedMemory::load(RemoteAddr address, std::byte* destination, std::size_t size) const {
    const RemoteAddr end = address + size;
    const auto& extents = copy_.extents();
    auto extent = std::upper_bound(extents.begin(), extents.end(), address,
                                   [](RemoteAddr wanted, const Extent& other) { return wanted < other.end; });
    bool any = false;
    RemoteAddr at = address;
    while (at < end) {
        const bool inside = extent != extents.end() && extent->begin <= at;
        const RemoteAddr next = extent == extents.end() ? end : std::min(end, inside ? extent->end : extent->begin);
        std::byte* const place = destination + (at - address);
        if (inside) {
            load_extent(*extent++, at, place, next - at);
            any = true;
        } else {
            any |= load_rest(at, place, next - at);
        }
        at = next;
    }
    return any;
}

void CopiedMemory::load_extent(const Extent& extent, RemoteAddr address, std::byte* destination,
                               std::size_t size) const {
    if (extent.copy == nullptr) {
        reader_.read_memory(address, destination, size);
        return;
    }
    std::byte* const copy = extent.copy + (address - extent.begin);
    std::memcpy(destination, copy, size);
    PagePool::release(copy, size);
}

// Private memory that was not there then: what the process has put there since does not belong to this moment.
bool CopiedMemory::load_rest(RemoteAddr address, std::byte* destination, std::size_t size) const {
    const Range* range = range_at(address);
    return range != nullptr && is_copied(*range) ? reader_.read_untouched(address, destination, size)
                                                 : reader_.read(address, destination, size);
}

}  // namespace memray::heap
