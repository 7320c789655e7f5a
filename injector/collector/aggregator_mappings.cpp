// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The mappings of an Aggregator: they come and go in pieces, become something else, and share memory.
#include <algorithm>
#include <set>

#include "injector/collector/aggregator.h"
#include "injector/collector/tables/byte_ranges.h"

namespace memray::collector {
namespace {

using capture::Allocator;

constexpr std::uint32_t kNobody = 0xffffffff;
// Each further mapping of a file is compared with all others of it. More of them count as if they were of no file.
constexpr std::size_t kMostOfFile = 1024;

Range part_of(const Range& range, std::uint64_t start, std::uint64_t end) {
    return {start, end, 0, range.file, range.offset + (start - range.start)};
}

std::uint64_t end_in_file(const Range& range) { return range.offset + (range.end - range.start); }

}  // namespace

Allocator Aggregator::allocator_of(const Range& range) const {
    return sites_.key(live_.block(range.slot).site).allocator;
}

// The same place that allocates, with another class.
std::uint32_t Aggregator::site_as(std::uint32_t site, Allocator allocator) {
    SiteKey key = sites_.key(site);
    key.allocator = allocator;
    return site_for(key);
}

// A new mapping replaces what it covers, as with MAP_FIXED.
void Aggregator::map(const Block& block, const SharedPlace& place) {
    const std::uint64_t end = block.address + block.size;
    replace_mappings(block.address, end);
    ranges_.insert({block.address, end, live_.acquire(block), place.file, place.offset});
}

void Aggregator::map_shared(ThreadState& thread, std::uint64_t address, std::uint64_t size, const SharedPlace& asked) {
    const SharedPlace place = ranges_.count_of_file(asked.file) < kMostOfFile ? asked : SharedPlace{};
    // What is replaced may be all that was mapped of the place.
    if (fits(address, size)) { replace_mappings(address, address + size); }
    const bool again = is_counted(place, size);
    const Allocator allocator = again ? Allocator::kSharedAgain : Allocator::kSharedMemory;
    const std::uint32_t site = site_for({thread.python.node, thread.native.node, thread.thread, allocator, place.file});
    allocation(thread, site, allocator, address, size, place);
    if (again) { settle_file(place.file); }
}

void Aggregator::map_moved(ThreadState& thread, std::uint64_t address, std::uint64_t size) {
    const Freed& freed = thread.freed;
    if (freed.kind != Freed::Kind::kMappings) { return allocation(thread, Allocator::kMmap, address, size); }
    const Freed::Mapping& moved = freed.mappings.front();
    const SiteKey key = sites_.key(moved.block.site);
    if (key.file == 0) { return allocation(thread, key.allocator, address, size); }
    const std::uint64_t start = std::max(freed.start, moved.range.start);
    map_shared(thread, address, size, {key.file, moved.range.offset + (start - moved.range.start)});
}

void Aggregator::make_accessible(ThreadState& thread, std::uint64_t start, std::uint64_t end) {
    for (const Range& range : ranges_.overlapping(start, end)) {
        if (allocator_of(range) != Allocator::kReservation) { continue; }
        const std::uint64_t from = std::max(range.start, start);
        allocation(thread, Allocator::kMmap, from, std::min(range.end, end) - from);
    }
}

void Aggregator::replace_mappings(std::uint64_t start, std::uint64_t end) {
    const std::vector<Range> replaced = ranges_.take_overlapping(start, end);
    for (const Range& range : replaced) {
        const Block block = drop(range, kNobody);
        const std::uint64_t bytes = std::min(range.end, end) - std::max(range.start, start);
        const bool whole = bytes == range.end - range.start;
        if (block.bucket != buckets_.current()) {
            intervals_.add(block.site, block.bucket, buckets_.current(), {whole ? 1U : 0U, bytes});
        }
        restore_rest(range, block, start, end);
    }
    settle_files(replaced);
}

void Aggregator::unmap(ThreadState& thread, std::uint64_t start, std::uint64_t end) {
    Freed& freed = thread.freed;
    freed.mappings.clear();
    freed.kind = Freed::Kind::kMappings;
    freed.start = start;
    const std::vector<Range> unmapped = ranges_.take_overlapping(start, end);
    for (const Range& range : unmapped) {
        const bool covered = start <= range.start && range.end <= end;
        const Block block = drop(range, covered ? thread.thread : kNobody);
        const std::uint64_t bytes = std::min(range.end, end) - std::max(range.start, start);
        const bool whole = bytes == range.end - range.start;
        const std::uint32_t lifetime = count_free(thread, block, whole, bytes);
        ++allocators_[static_cast<std::size_t>(Allocator::kMunmap)].count;
        freed.mappings.push_back({range, block, bytes, whole, lifetime});
        restore_rest(range, block, start, end);
    }
    settle_files(unmapped);
    if (!freed.mappings.empty()) { return; }
    ++unknown_frees_;
    freed.kind = Freed::Kind::kUnknown;
}

void Aggregator::undo_mappings(Freed& freed) {
    std::vector<Range> restored;
    for (const Freed::Mapping& mapping : freed.mappings) {
        uncount_free(freed, mapping.block, mapping.lifetime, mapping.whole, mapping.unmapped);
        for (const Range& rest : ranges_.take_overlapping(mapping.range.start, mapping.range.end)) {
            drop(rest, kNobody);
        }
        Block block = mapping.block;
        block.bucket >>= std::min(folds_ - freed.folds, 31U);
        // Meanwhile another mapping may count in its place.
        if (mapping.range.file != 0) { block.site = site_as(block.site, Allocator::kSharedAgain); }
        restore(mapping.range, block);
        restored.push_back(mapping.range);
    }
    settle_files(restored);
}

// Ends a mapping that was taken out of the table. `freeing_thread`: whose free ends its lifetime, if anybody's.
Block Aggregator::drop(const Range& range, std::uint32_t freeing_thread) {
    Block block;
    live_.release(range.slot, block);
    remove_live(block.site, block.size);
    if (log_ != nullptr) { log_->deallocation(range.slot, sites_[block.site].thread != freeing_thread); }
    return block;
}

void Aggregator::restore(const Range& range, Block block) {
    block.address = range.start;
    block.size = range.end - range.start;
    ranges_.insert({range.start, range.end, live_.acquire(block), range.file, range.offset});
    if (log_ != nullptr) { log_->restore(block.site, block.size); }
    add_live(block.site, block.size);
}

// What lies before and behind [start, end).
void Aggregator::restore_rest(const Range& range, const Block& block, std::uint64_t start, std::uint64_t end) {
    if (range.start < start) { restore(part_of(range, range.start, start), block); }
    if (end < range.end) { restore(part_of(range, end, range.end), block); }
}

// What lies in [start, end), which is mapped, is of another class from now on: nobody allocated or freed it.
void Aggregator::reclass(std::uint64_t start, std::uint64_t end, Allocator allocator) {
    const std::uint32_t now = buckets_.current();
    for (const Range& range : ranges_.take_overlapping(start, end)) {
        Block block = drop(range, kNobody);
        restore_rest(range, block, start, end);
        const Range part = part_of(range, std::max(range.start, start), std::min(range.end, end));
        const std::uint64_t bytes = part.end - part.start;
        const bool whole = bytes == range.end - range.start;
        if (block.bucket != now) { intervals_.add(block.site, block.bucket, now, {whole ? 1U : 0U, bytes}); }
        block.site = site_as(block.site, allocator);
        block.bucket = now;
        restore(part, block);
    }
}

// Whether some mapping counts anything of this already.
bool Aggregator::is_counted(const SharedPlace& place, std::uint64_t size) const {
    if (place.file == 0) { return false; }
    const std::vector<Range> ranges = ranges_.of_file(place.file);
    return std::any_of(ranges.begin(), ranges.end(), [&](const Range& range) {
        return range.offset < place.offset + size && place.offset < end_in_file(range) &&
               allocator_of(range) == Allocator::kSharedMemory;
    });
}

// Makes each byte of it that is mapped count once. What counts twice is taken away before anything is added, so that
// the heap is never larger than it was.
void Aggregator::settle_file(std::uint32_t file) {
    ByteRanges counted;
    for (const Range& range : ranges_.of_file(file)) {
        if (allocator_of(range) != Allocator::kSharedMemory) { continue; }
        for (const auto& [from, to] : counted.inside(range.offset, end_in_file(range))) {
            const std::uint64_t start = range.start + (from - range.offset);
            reclass(start, start + (to - from), Allocator::kSharedAgain);
        }
        counted.add(range.offset, end_in_file(range));
    }
    for (const Range& range : ranges_.of_file(file)) {
        for (const auto& [from, to] : counted.outside(range.offset, end_in_file(range))) {
            const std::uint64_t start = range.start + (from - range.offset);
            reclass(start, start + (to - from), Allocator::kSharedMemory);
        }
        counted.add(range.offset, end_in_file(range));
    }
}

void Aggregator::settle_files(const std::vector<Range>& changed) {
    std::set<std::uint32_t> files;
    for (const Range& range : changed) {
        if (range.file != 0) { files.insert(range.file); }
    }
    for (const std::uint32_t file : files) { settle_file(file); }
}

}  // namespace memray::collector
