// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/residences.h"

#include <algorithm>

#include "injector/base/file.h"
#include "injector/base/memory_cgroup.h"
#include "injector/base/process_status.h"

namespace memray::collector {
namespace {

using capture::Moment;
using capture::Residence;

constexpr std::size_t kMoments = static_cast<std::size_t>(Moment::kEnd) + 1;
constexpr std::uint64_t kAtPeak = 100;  // one part in so many may be missing
constexpr std::int64_t kBetweenExactMs = 1000;
constexpr std::int64_t kBetweenCgroupMs = 100;  // the kernel adds up over all processors for it

}  // namespace

Residences::Residences(std::int64_t pid) : folder_("/proc/" + std::to_string(pid)) {
    const auto cgroup = base::memory_cgroup_of(static_cast<pid_t>(pid));
    if (!cgroup || cgroup->root) { return; }
    cgroup_stat_ = cgroup->folder + "/memory.stat";
    cgroup_second_ = cgroup->second;
}

void Residences::look(std::int64_t now_ms, ResidentPages pages, HeapSize heap, Effort effort) {
    const bool first = rows_.empty();
    const bool heap_is_higher = first || heap.peak > heap_peak_;
    const bool heap_is_high = heap_is_higher || heap.bytes >= heap.peak - heap.peak / kAtPeak;
    const bool is_higher = first || pages.all > rows_[static_cast<std::size_t>(Moment::kOwnPeak)].rss();
    const bool exact =
        effort == Effort::kExact || heap_is_higher || is_higher || now_ms - exact_at_ms_ >= kBetweenExactMs;
    const Residence row = residence(now_ms, pages, exact);
    if (first) {
        rows_.resize(kMoments);
        put(Moment::kStart, row);
    }
    if (heap_is_high) { put(Moment::kHeapPeak, row); }
    if (is_higher) { put(Moment::kOwnPeak, row); }
    put(Moment::kEnd, row);
    heap_peak_ = heap.peak;
}

void Residences::end(std::uint64_t heap_peak) {
    if (rows_.empty() || heap_peak <= heap_peak_) { return; }
    heap_peak_ = heap_peak;
    put(Moment::kHeapPeak, rows_.back());
}

void Residences::put(Moment moment, Residence row) {
    row.moment = moment;
    rows_[static_cast<std::size_t>(moment)] = row;
}

Residence Residences::residence(std::int64_t now_ms, ResidentPages pages, bool exact) {
    look_at_cgroup(now_ms);
    Residence row;
    row.time_ms = now_ms;
    row.cgroup = cgroup_;
    const auto status = exact ? base::ProcessStatus::in(folder_) : std::nullopt;
    const auto anonymous = status ? status->bytes("RssAnon") : std::nullopt;
    if (anonymous) {
        exact_at_ms_ = now_ms;
        row.anonymous = *anonymous;
        row.file = status->bytes("RssFile").value_or(0);
        row.shared = shared_memory_ = status->bytes("RssShmem").value_or(0);
        return row;
    }
    row.anonymous = pages.all - std::min(pages.all, pages.shared);
    row.shared = std::min(shared_memory_, pages.shared);
    row.file = pages.shared - row.shared;
    return row;
}

void Residences::look_at_cgroup(std::int64_t now_ms) {
    if (cgroup_stat_.empty() || (cgroup_at_ms_ != 0 && now_ms - cgroup_at_ms_ < kBetweenCgroupMs)) { return; }
    const auto stat = base::try_read_file(cgroup_stat_);
    if (!stat) { return; }
    cgroup_at_ms_ = now_ms;
    const auto number = [&stat](const char* name) { return base::number_after(*stat, name); };
    cgroup_ = cgroup_second_ ? capture::CgroupMemory{number("anon"), number("file"), number("slab"), number("kernel")}
                             : capture::CgroupMemory{number("total_rss"), number("total_cache"), 0, 0};
}

}  // namespace memray::collector
