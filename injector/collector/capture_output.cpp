// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/capture_output.h"

#include <algorithm>

#include "injector/base/error.h"

namespace memray::collector {
namespace {

constexpr std::size_t kFlushBytes = std::size_t{1} << 20U;
constexpr std::chrono::seconds kInterval{1};
constexpr int kShareOfTime = 20;  // one part in

}  // namespace

CaptureOutput::CaptureOutput(const capture::WriterOptions& options, const capture::Metadata& metadata)
    : aggregated_(options.aggregated) {
    if (!options.path.empty()) { writer_.emplace(options, metadata); }
}

bool CaptureOutput::due(Clock::time_point now) const {
    if (!writer_ || !writer_->failure().empty()) { return false; }
    return now >= next_ || (!aggregated_ && writer_->pending() >= kFlushBytes);
}

void CaptureOutput::flush(const capture::Profile& tables, Clock::time_point now) {
    next_ = now + kInterval;
    guarded([&] { writer_->flush(tables); });
}

void CaptureOutput::checkpoint(const capture::Profile& profile, Clock::time_point started) {
    guarded([&] { writer_->checkpoint(profile); });
    const Clock::time_point now = Clock::now();
    next_ = now + std::max<Clock::duration>(kInterval, (now - started) * kShareOfTime);
}

void CaptureOutput::finish(const capture::Profile& profile) {
    guarded([&] { writer_->finish(profile); });
}

void CaptureOutput::discard() {
    if (writer_) { writer_->discard(); }
}

template <class Write>
void CaptureOutput::guarded(Write write) {
    if (!writer_) { return; }
    try {
        write();
    } catch (const base::Error&) {}  // failure() says so
}

}  // namespace memray::collector
