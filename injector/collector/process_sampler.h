// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Looks at the target from outside: resident memory every 10 ms (and more of it when it counts, residences.h), and
// whether it became another program (exec). A target that is gone simply gives nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "injector/base/unique_fd.h"
#include "injector/capture/profile.h"
#include "injector/collector/residences.h"

namespace memray::collector {

class ProcessSampler {
public:
    static constexpr std::int64_t kIntervalMs = 10;
    static constexpr std::size_t kMaxSnapshots = 10'000;

    // Looks for the first time.
    ProcessSampler(std::int64_t pid, std::int64_t now_ms);

    // Takes a sample if one is due at `now_ms`. `rows` is thinned when it is full.
    void sample(std::int64_t now_ms, HeapSize heap, std::vector<capture::Snapshot>& rows);
    // The last row, whether due or not.
    void sample_last(std::int64_t now_ms, HeapSize heap, std::vector<capture::Snapshot>& rows);

    // What was resident, up to the latest look.
    [[nodiscard]] const std::vector<capture::Residence>& residences() const noexcept { return residences_.rows(); }
    // As seen at the latest look.
    [[nodiscard]] std::uint64_t rss() const noexcept { return last_rss_; }
    // The target called exec since the first sample.
    [[nodiscard]] bool replaced() const noexcept { return replaced_; }

private:
    void look_for_exec();
    [[nodiscard]] std::optional<ResidentPages> resident_pages() const;

    Residences residences_;
    base::UniqueFd statm_;
    base::UniqueFd stat_;
    std::uint64_t page_size_;
    std::uint64_t start_stack_{0};
    std::uint64_t last_rss_{0};
    std::int64_t interval_ms_{kIntervalMs};
    std::int64_t next_look_ms_{0};
    std::int64_t next_row_ms_{0};
    bool replaced_{false};
};

}  // namespace memray::collector
