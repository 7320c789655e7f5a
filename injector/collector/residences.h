// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What of a process was resident at the moments that reports name: when its recording began, when the heap was largest,
// when most was resident, and at the last look. And what its cgroup held then.
//
// Memory is asked for first and touched later, so the heap counts as largest as long as it holds 99 % of its peak.
//
// The exact numbers cost some 40 us to ask for, so that is done when a new peak makes it necessary, and now and then;
// in between, what is cheap to know stands in for them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "injector/capture/profile.h"

namespace memray::collector {

// Bytes, as /proc/PID/statm says.
struct ResidentPages {
    std::uint64_t all{0};
    std::uint64_t shared{0};  // of files and shared memory
};

struct HeapSize {
    std::uint64_t bytes{0};
    std::uint64_t peak{0};  // the most that it has been
};

class Residences {
public:
    explicit Residences(std::int64_t pid);

    // A look at the process, which had these pages and this heap then.
    enum class Effort : std::uint8_t { kCheap, kExact };
    void look(std::int64_t now_ms, ResidentPages pages, HeapSize heap, Effort effort = Effort::kCheap);
    // The last look has been, and cannot be made up for; `heap_peak` is what it came to.
    void end(std::uint64_t heap_peak);

    // By moment; empty if the process was never seen.
    [[nodiscard]] const std::vector<capture::Residence>& rows() const noexcept { return rows_; }

private:
    void put(capture::Moment moment, capture::Residence row);
    [[nodiscard]] capture::Residence residence(std::int64_t now_ms, ResidentPages pages, bool exact);
    void look_at_cgroup(std::int64_t now_ms);

    std::string folder_;         // of the process
    std::string cgroup_stat_;    // memory.stat; empty: there is none
    bool cgroup_second_{false};  // version 2
    std::vector<capture::Residence> rows_;
    std::uint64_t heap_peak_{0};
    std::uint64_t shared_memory_{0};  // as last asked for
    capture::CgroupMemory cgroup_;
    std::int64_t exact_at_ms_{0};
    std::int64_t cgroup_at_ms_{0};
};

}  // namespace memray::collector
