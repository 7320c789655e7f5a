// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// When and what goes into the capture file, and what happens when it cannot be written: then the reason is remembered
// and nothing more is tried until finish(), so that a full disk never disturbs the target.
#pragma once

#include <chrono>
#include <string>

#include "injector/capture/writer.h"

namespace memray::collector {

class CaptureOutput {
public:
    using Clock = std::chrono::steady_clock;

    // Throws base::Error, see capture::Writer.
    CaptureOutput(const capture::WriterOptions& options, const capture::Metadata& metadata)
        : writer_(options, metadata), aggregated_(options.aggregated) {}

    [[nodiscard]] capture::Writer& writer() noexcept { return writer_; }
    [[nodiscard]] const capture::Writer& writer() const noexcept { return writer_; }
    [[nodiscard]] bool aggregated() const noexcept { return aggregated_; }
    // Why writing stopped; empty if it did not.
    [[nodiscard]] const std::string& failure() const noexcept { return failure_; }

    // A flush: 1 MiB or a second of events wait. A checkpoint: at most every second and 5 % of the time.
    [[nodiscard]] bool due(Clock::time_point now) const;
    void flush(const capture::Profile& tables, Clock::time_point now);
    // `started`: when the caller began to prepare the profile, which counts as part of the cost.
    void checkpoint(const capture::Profile& profile, Clock::time_point started);
    void finish(const capture::Profile& profile);

private:
    template <class Write>
    void guarded(Write write);

    capture::Writer writer_;
    bool aggregated_;
    std::string failure_;
    Clock::time_point next_{Clock::now() + std::chrono::seconds(1)};
};

}  // namespace memray::collector
