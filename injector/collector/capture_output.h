// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// When and what goes into the capture file, and what happens when it cannot be written: then failure() says why, and
// nothing more is tried until finish(), so that a full disk never disturbs the target. Without a path there is no file:
// who watches the recording live need not keep it.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "injector/capture/writer.h"

namespace memray::collector {

class CaptureOutput {
public:
    using Clock = std::chrono::steady_clock;

    // Throws base::Error, see capture::Writer.
    CaptureOutput(const capture::WriterOptions& options, const capture::Metadata& metadata);

    // Where events are written to, null if they are not.
    [[nodiscard]] capture::Writer* log() noexcept { return writer_ && !aggregated_ ? &*writer_ : nullptr; }
    [[nodiscard]] bool aggregated() const noexcept { return aggregated_; }
    [[nodiscard]] std::uint64_t bytes_written() const noexcept { return writer_ ? writer_->bytes_written() : 0; }
    // Why writing stopped; empty if it did not.
    [[nodiscard]] std::string failure() const { return writer_ ? writer_->failure() : std::string(); }

    // A flush: 1 MiB or a second of events wait. A checkpoint: at most every second and 5 % of the time.
    [[nodiscard]] bool due(Clock::time_point now) const;
    void flush(const capture::Profile& tables, Clock::time_point now);
    // `started`: when the caller began to prepare the profile, which counts as part of the cost.
    void checkpoint(const capture::Profile& profile, Clock::time_point started);
    void finish(const capture::Profile& profile);
    void discard();

private:
    template <class Write>
    void guarded(Write write);

    std::optional<capture::Writer> writer_;
    bool aggregated_;
    Clock::time_point next_{Clock::now() + std::chrono::seconds(1)};
};

}  // namespace memray::collector
