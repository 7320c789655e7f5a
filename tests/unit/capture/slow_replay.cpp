// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "tests/unit/capture/slow_replay.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "injector/capture/events/lifetime.h"

using namespace memray::capture;

namespace {

struct Live {
    Event event;
    std::int64_t allocated_ms{0};
    std::uint32_t thread_allocations{0};
};
// Of an allocation, or of one that was freed.
struct Span {
    std::uint32_t site;
    std::int64_t allocated_ms;
    std::int64_t freed_ms;  // -1: never
    std::uint64_t size;
};

void add(Amount& amount, std::uint64_t bytes) {
    ++amount.count;
    amount.bytes += bytes;
}

// The width at which `elapsed` falls into bucket 127 at most.
std::int64_t bucket_width(std::int64_t elapsed) {
    std::int64_t width = 10;
    while (elapsed / width >= 128) { width *= 2; }
    return width;
}

class SlowReplay {
public:
    explicit SlowReplay(Profile& profile) : p_(profile), now_ms_(profile.metadata.start_ms), heap_{{now_ms_, 0}} {}

    void run(const std::vector<Event>& events) {
        for (const Event& event : events) {
            if (event.kind == EventKind::kTime) {
                now_ms_ = std::max(now_ms_, event.time_ms);
            } else if (event.kind == EventKind::kDeallocation) {
                free(event);
            } else {
                allocate(event);
            }
            heap_.emplace_back(now_ms_, live_bytes());
        }
        finish();
    }

private:
    void allocate(const Event& event) {
        const Site& site = p_.sites[event.site];
        if (event.kind == EventKind::kAllocation) {
            add(p_.sites[event.site].total, event.size);
            add(p_.allocators[static_cast<std::size_t>(site.allocator)], event.size);
            if (is_memory(site.allocator)) {
                add(p_.total, event.size);
                ++sizes_[event.size];
            }
            ++thread_allocations_[site.thread];
        }
        live_[event.slot] = {event, now_ms_, thread_allocations_[site.thread]};
        if (live_bytes() > p_.peak.bytes) {
            p_.peak = memory();
            p_.peak_ms = now_ms_;
            peak_ = live_;
        }
        if (everything().bytes > p_.all_peak.bytes) {
            p_.all_peak = everything();
            p_.all_peak_ms = now_ms_;
            all_peak_ = live_;
        }
    }

    void free(const Event& event) {
        const Live live = live_.at(event.slot);
        live_.erase(event.slot);
        const Site& site = p_.sites[live.event.site];
        spans_.push_back({live.event.site, live.allocated_ms, now_ms_, live.event.size});
        const auto allocator = static_cast<int>(site.allocator);
        const auto deallocator = allocator >= 2 && allocator <= 4    ? Allocator::kPymallocFree
                                 : allocator == 14 || allocator > 15 ? Allocator::kMunmap
                                                                     : Allocator::kFree;
        ++p_.allocators[static_cast<std::size_t>(deallocator)].count;
        if (event.other_thread) { return; }
        const std::uint32_t distance = thread_allocations_[site.thread] - live.thread_allocations;
        add(lifetimes_[{live.event.site, largest_distance(lifetime_class(distance))}], live.event.size);
    }

    void finish() {
        p_.peak_ms = p_.peak_ms == 0 ? p_.metadata.start_ms : p_.peak_ms;
        for (const auto& [slot, live] : peak_) { add(p_.sites[live.event.site].peak, live.event.size); }
        for (const auto& [slot, live] : all_peak_) { add(p_.sites[live.event.site].all_peak, live.event.size); }
        p_.leaked = memory();
        for (const auto& [slot, live] : live_) {
            add(p_.sites[live.event.site].leaked, live.event.size);
            spans_.push_back({live.event.site, live.allocated_ms, -1, live.event.size});
        }
        for (const auto& [key, amount] : lifetimes_) { p_.lifetimes.push_back({key.first, key.second, amount}); }
        for (const auto& [size, count] : sizes_) { p_.sizes.push_back({size, count}); }
        p_.metadata.end_ms = std::max(p_.metadata.end_ms, now_ms_);
        finish_times();
    }

    void finish_times() {
        const std::int64_t start = p_.metadata.start_ms;
        const std::int64_t width = bucket_width(now_ms_ - start);
        const auto bucket = [&](std::int64_t ms) { return static_cast<std::uint32_t>((ms - start) / width); };
        for (std::uint32_t i = 0; i <= bucket(now_ms_); ++i) { p_.time_buckets.push_back({start + i * width, 0}); }
        // A bucket in which nothing happened holds what was there before it.
        for (std::size_t i = 0; i < heap_.size(); ++i) {
            const std::uint32_t last = bucket(i + 1 < heap_.size() ? heap_[i + 1].first : heap_[i].first);
            for (std::uint32_t at = bucket(heap_[i].first); at <= last; ++at) {
                std::uint64_t& peak = p_.time_buckets[at].peak_bytes;
                peak = std::max(peak, heap_[i].second);
            }
        }
        std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, Amount> sums;
        for (const Span& span : spans_) {
            const std::uint32_t freed = span.freed_ms < 0 ? kNever : bucket(span.freed_ms);
            if (bucket(span.allocated_ms) != freed) {
                add(sums[{span.site, bucket(span.allocated_ms), freed}], span.size);
            }
        }
        for (const auto& [key, amount] : sums) {
            p_.intervals.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), amount});
        }
    }

    [[nodiscard]] Amount everything() const {
        Amount sum;
        for (const auto& [slot, live] : live_) { add(sum, live.event.size); }
        return sum;
    }
    [[nodiscard]] Amount memory() const {
        Amount sum;
        for (const auto& [slot, live] : live_) {
            if (is_memory(p_.sites[live.event.site].allocator)) { add(sum, live.event.size); }
        }
        return sum;
    }
    [[nodiscard]] std::uint64_t live_bytes() const { return memory().bytes; }

    Profile& p_;
    std::int64_t now_ms_;
    std::vector<std::pair<std::int64_t, std::uint64_t>> heap_;  // after each event
    std::map<std::uint32_t, Live> live_;
    std::map<std::uint32_t, Live> peak_;
    std::map<std::uint32_t, Live> all_peak_;
    std::map<std::uint32_t, std::uint32_t> thread_allocations_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, Amount> lifetimes_;
    std::map<std::uint64_t, std::uint64_t> sizes_;
    std::vector<Span> spans_;
};

}  // namespace

void slow_replay(Profile& profile, const std::vector<Event>& events) {
    profile.lifetimes.clear();
    profile.intervals.clear();
    profile.time_buckets.clear();
    profile.sizes.clear();
    profile.allocators = {};
    profile.peak = profile.total = profile.leaked = profile.all_peak = {};
    profile.peak_ms = profile.all_peak_ms = 0;
    for (Site& site : profile.sites) { site.peak = site.leaked = site.total = site.all_peak = {}; }
    SlowReplay(profile).run(events);
}
