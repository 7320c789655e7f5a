// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Turns events into the tables of a Profile while they happen: what is live and where, the high-water mark, totals,
// lifetimes, time buckets, sizes. Each event is also passed on to the event log. Everything here is exact.
//
// The peak of every site, without looking at all sites whenever the heap is at a new peak: `epoch_` counts the moments
// at which it was. A site whose own epoch is older has not changed since the latest of them, so what is live there is
// what it held then; a site that is about to change keeps that as `peak` first, and takes the epoch. Sites A and B:
//
//   event      heap   epoch_  A: live, peak, epoch   B
//   A +100      100   1       100, 0, 0              -         new peak
//   B +50       150   2       100, 0, 0              50, 0, 1  new peak
//   A -100       50   2         0, 100, 2            50, 0, 1  A changes: at the peak it held 100
//   B +20        70   2         0, 100, 2            70, 50, 2 B changes: at the peak it held 50
//   A +90       160   3        90, 100, 2            70, 50, 2 new peak; both epochs are older: 90 and 70 count
//
// At the end a site held `peak` if its epoch is the newest, else what is live.
//
// The heap is what is memory. Mappings that are not (is_memory() in allocator.h) have sites, lives and events as all
// else, and are summed up beside the heap; the peak of both together is SecondPeak's.
//
// Shared memory counts once: of each byte of a file that is mapped several times, one mapping has it as kSharedMemory
// and the others as kSharedAgain. When that one goes, another takes its place: a free and a restore for the log.
//
// Time buckets fold: when all are used up, each two become one, here, in the blocks (`bucket`) and in the intervals. A
// block of bucket 5 is one of bucket 2 afterwards, of bucket 1 after the next fold (5 >> folds).
//
// A free may turn out not to have happened (the program's realloc failed, its munmap was refused): records say what is
// about to be freed, so that no other thread's allocation of that address can come before, and a second record takes it
// back. What a thread freed last is kept for that, with the number of folds at the time: undoing shifts its buckets by
// the folds since, takes its interval and lifetime out again, and gives the block a slot as an allocation would, which
// the log calls a restore, as it is no allocation that anybody made.
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "injector/capture/profile.h"
#include "injector/capture/writer.h"
#include "injector/collector/mark.h"
#include "injector/collector/tables/intervals.h"
#include "injector/collector/tables/lifetimes.h"
#include "injector/collector/tables/live_table.h"
#include "injector/collector/tables/range_table.h"
#include "injector/collector/tables/second_peak.h"
#include "injector/collector/tables/site_table.h"
#include "injector/collector/tables/size_counts.h"
#include "injector/collector/tables/time_buckets.h"
#include "injector/collector/thread_state.h"

namespace memray::collector {

// What is mapped of a file in memory; file 0: it is not known which, or none.
struct SharedPlace {
    std::uint32_t file{0};  // number, from 1 on
    std::uint64_t offset{0};
};

class Aggregator {
public:
    // `log` may be null: no event log.
    Aggregator(std::int64_t start_ms, capture::Writer* log)
        : log_(log), now_ms_(start_ms), peak_ms_(start_ms), buckets_(start_ms) {}

    // Of the thread's current stacks.
    std::uint32_t site_of(ThreadState& thread, capture::Allocator allocator);
    void allocation(ThreadState& thread, std::uint32_t site, capture::Allocator allocator, std::uint64_t address,
                    std::uint64_t size, const SharedPlace& place = {});
    void allocation(ThreadState& thread, capture::Allocator allocator, std::uint64_t address, std::uint64_t size) {
        allocation(thread, site_of(thread, allocator), allocator, address, size);
    }
    // Of shared memory: it counts only if nothing of that place is mapped elsewhere.
    void map_shared(ThreadState& thread, std::uint64_t address, std::uint64_t size, const SharedPlace& place);
    // mremap: what the thread unmapped last is mapped here.
    void map_moved(ThreadState& thread, std::uint64_t address, std::uint64_t size);
    // mprotect: what is reserved of this becomes memory, allocated by this thread.
    void make_accessible(ThreadState& thread, std::uint64_t start, std::uint64_t end);
    // `size` matters for kMunmap only.
    void deallocation(ThreadState& thread, capture::Allocator allocator, std::uint64_t address, std::uint64_t size);
    // The thread's latest deallocation did not happen: as if it had never been recorded.
    void undo_deallocation(ThreadState& thread);

    // An event of this address comes soon; a free of it very soon. Change nothing.
    void expect(std::uint64_t address) const noexcept { live_.prefetch_cells(address); }
    void expect_free(std::uint64_t address) const noexcept { live_.prefetch_block(address); }

    // Events from now on happen at `ms` (since the epoch).
    void advance(std::int64_t ms);

    [[nodiscard]] std::uint64_t events() const noexcept { return events_; }
    [[nodiscard]] std::uint64_t heap() const noexcept { return heap_.bytes; }
    [[nodiscard]] std::uint64_t peak() const noexcept { return peak_.bytes; }
    [[nodiscard]] const SiteTable& sites() const noexcept { return sites_; }
    [[nodiscard]] std::size_t live_memory() const noexcept { return live_.memory(); }

    // Adds the sites that are new to `profile.sites`, which holds the others.
    void add_sites(capture::Profile& profile) const;
    // Fills in all amounts, of sites that are new, too.
    void fill(capture::Profile& profile) const;
    // Only what is live now, as `leaked`, and the peak.
    void fill_live(capture::Profile& profile) const;

    // `threads`: those of the rings; `count`: how many there ever were.
    [[nodiscard]] Mark mark(const std::vector<ThreadState>& threads, std::size_t count) const;
    // Per site, what was allocated after the mark and is live. Looks at every live allocation.
    [[nodiscard]] std::vector<capture::Amount> live_since(const Mark& mark) const;

private:
    static bool fits(std::uint64_t address, std::uint64_t size) noexcept {
        return address != 0 && address <= kMaxAddress && size <= kMaxAddress + 1 - address;
    }
    std::uint32_t site_for(const SiteKey& key);
    void keep_peaks(std::uint32_t site);
    void add_live(std::uint32_t site, std::uint64_t size);
    void remove_live(std::uint32_t site, std::uint64_t size);
    std::uint32_t count_free(ThreadState& thread, const Block& block, bool whole, std::uint64_t bytes);
    void uncount_free(const Freed& freed, const Block& block, std::uint32_t lifetime, bool whole, std::uint64_t bytes);
    void insert(const Block& block, std::uint32_t& slot);
    void implicit_free(std::uint64_t address);

    [[nodiscard]] capture::Allocator allocator_of(const Range& range) const;
    [[nodiscard]] std::uint32_t site_as(std::uint32_t site, capture::Allocator allocator);
    void map(const Block& block, const SharedPlace& place);
    void unmap(ThreadState& thread, std::uint64_t start, std::uint64_t end);
    void replace_mappings(std::uint64_t start, std::uint64_t end);
    Block drop(const Range& range, std::uint32_t freeing_thread);
    void restore(const Range& range, Block block);
    void reclass(std::uint64_t start, std::uint64_t end, capture::Allocator allocator);
    [[nodiscard]] bool is_counted(const SharedPlace& place, std::uint64_t size) const;
    void settle_file(std::uint32_t file);
    void settle_files(const std::vector<Range>& changed);
    void restore_rest(const Range& range, const Block& block, std::uint64_t start, std::uint64_t end);
    void undo_block(Freed& freed);
    void undo_mappings(Freed& freed);

    void fill_sites(capture::Profile& profile) const;
    void fill_intervals(capture::Profile& profile) const;

    capture::Writer* log_;
    std::int64_t now_ms_;
    std::uint64_t events_{0};
    capture::Amount heap_;
    capture::Amount beside_;  // what was mapped and is no memory
    SecondPeak all_peak_;
    capture::Amount peak_;
    std::int64_t peak_ms_;
    std::uint64_t epoch_{0};
    std::uint32_t folds_{0};
    std::uint64_t unknown_frees_{0};
    std::uint64_t reused_addresses_{0};
    std::uint64_t bad_events_{0};
    std::array<capture::Amount, capture::kAllocatorCount> allocators_{};
    SiteTable sites_;
    LiveTable live_;
    RangeTable ranges_;
    Lifetimes lifetimes_;
    TimeBuckets buckets_;
    Intervals intervals_;
    SizeCounts sizes_;
};

inline std::uint32_t Aggregator::site_of(ThreadState& thread, capture::Allocator allocator) {
    const std::uint32_t node = thread.python.node;
    const std::uint32_t native_node = thread.native.node;
    if (thread.site == kNoSlot || thread.site_node != node || thread.site_native_node != native_node ||
        thread.site_allocator != allocator) {
        thread.site = site_for({node, native_node, thread.thread, allocator});
        thread.site_node = node;
        thread.site_native_node = native_node;
        thread.site_allocator = allocator;
    }
    return thread.site;
}

// What a site held at the peaks, before it changes.
inline void Aggregator::keep_peaks(std::uint32_t number) {
    Site& site = sites_[number];
    if (site.memory == 0 && !all_peak_.began()) [[unlikely]] { all_peak_.begin(sites_, epoch_, peak_, peak_ms_); }
    if (all_peak_.began()) [[unlikely]] { all_peak_.keep(number, site.live); }
    if (site.epoch != epoch_) {
        site.peak = site.live;
        site.epoch = epoch_;
    }
}

inline void Aggregator::add_live(std::uint32_t number, std::uint64_t size) {
    keep_peaks(number);
    Site& site = sites_[number];
    ++site.live.count;
    site.live.bytes += size;
    if (site.memory != 0) [[likely]] {
        ++heap_.count;
        heap_.bytes += size;
        if (heap_.bytes > peak_.bytes) {
            peak_ = heap_;
            peak_ms_ = now_ms_;
            ++epoch_;
        }
        buckets_.heap_is(heap_.bytes);
    } else {
        beside_ += {1, size};
    }
    if (all_peak_.began()) [[unlikely]] {
        all_peak_.raise({heap_.count + beside_.count, heap_.bytes + beside_.bytes}, now_ms_);
    }
}

inline void Aggregator::remove_live(std::uint32_t number, std::uint64_t size) {
    keep_peaks(number);
    Site& site = sites_[number];
    assert(site.live.count > 0 && site.live.bytes >= size);  // only what is in the live table is taken out, once
    --site.live.count;
    site.live.bytes -= size;
    capture::Amount& sum = site.memory != 0 ? heap_ : beside_;
    --sum.count;
    sum.bytes -= size;
}

inline void Aggregator::insert(const Block& block, std::uint32_t& slot) {
    if (live_.insert(block, slot)) [[likely]] { return; }
    implicit_free(block.address);
    live_.insert(block, slot);
}

inline void Aggregator::allocation(ThreadState& thread, std::uint32_t number, capture::Allocator allocator,
                                   std::uint64_t address, std::uint64_t size, const SharedPlace& place) {
    ++events_;
    const bool is_mapping = capture::is_mapping(allocator);
    if (!fits(address, size) || (size == 0 && is_mapping)) [[unlikely]] {
        ++bad_events_;
        return;
    }
    Site& site = sites_[number];
    ++site.total.count;
    site.total.bytes += size;
    capture::Amount& by_allocator = allocators_[static_cast<std::size_t>(allocator)];
    ++by_allocator.count;
    by_allocator.bytes += size;
    if (site.memory != 0) [[likely]] { sizes_.add(size); }
    const Block block{address, size, number, buckets_.current(), ++thread.allocations};
    if (is_mapping) [[unlikely]] {
        map(block, place);
    } else {
        std::uint32_t slot = 0;
        insert(block, slot);
    }
    if (log_ != nullptr) { log_->allocation(number, size); }
    add_live(number, size);
}

// Counts a free, of a whole block or of `bytes` of it. Returns the class of its lifetime + 1, 0 if it has none.
inline std::uint32_t Aggregator::count_free(ThreadState& thread, const Block& block, bool whole, std::uint64_t bytes) {
    Site& site = sites_[block.site];
    const std::uint32_t now = buckets_.current();
    if (block.bucket != now) { intervals_.add(block.site, block.bucket, now, {whole ? 1U : 0U, bytes}); }
    if (!whole || site.thread != thread.thread) { return 0; }
    return 1 + lifetimes_.add(site, thread.allocations - block.birth, bytes);
}

inline void Aggregator::deallocation(ThreadState& thread, capture::Allocator allocator, std::uint64_t address,
                                     std::uint64_t size) {
    ++events_;
    Freed& freed = thread.freed;
    freed.allocator = allocator;
    freed.bucket = buckets_.current();
    freed.folds = folds_;
    if (allocator == capture::Allocator::kMunmap) [[unlikely]] {
        unmap(thread, address, address + size);
        return;
    }
    const std::uint32_t slot = live_.take(address, freed.block);
    if (slot == kNoSlot) [[unlikely]] {
        ++unknown_frees_;
        freed.kind = Freed::Kind::kUnknown;
        return;
    }
    freed.kind = Freed::Kind::kBlock;
    freed.lifetime = count_free(thread, freed.block, true, freed.block.size);
    ++allocators_[static_cast<std::size_t>(allocator)].count;
    remove_live(freed.block.site, freed.block.size);
    if (log_ != nullptr) { log_->deallocation(slot, freed.lifetime == 0); }
}

}  // namespace memray::collector
