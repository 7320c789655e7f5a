// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Looks at the target from outside: resident memory every 10 ms, and whether it became another program (exec). A target
// that is gone simply gives nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "injector/base/unique_fd.h"
#include "injector/capture/profile.h"

namespace memray::collector {

class ProcessSampler {
public:
    static constexpr std::int64_t kIntervalMs = 10;
    static constexpr std::size_t kMaxSnapshots = 10'000;

    explicit ProcessSampler(std::int64_t pid);

    // Takes a sample if one is due at `now_ms`. `rows` is thinned when it is full.
    void sample(std::int64_t now_ms, std::uint64_t heap, std::vector<capture::Snapshot>& rows);
    // The last row, whether due or not.
    void sample_last(std::int64_t now_ms, std::uint64_t heap, std::vector<capture::Snapshot>& rows);

    // As seen at the latest look.
    [[nodiscard]] std::uint64_t rss() const noexcept { return last_rss_; }
    // The target called exec since the first sample.
    [[nodiscard]] bool replaced() const noexcept { return replaced_; }

private:
    void look_for_exec();
    std::optional<std::uint64_t> resident_bytes() const;

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
