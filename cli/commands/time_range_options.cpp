// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/time_range_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "cli/commands/capture_input.h"
#include "cli/commands/command.h"
#include "cli/report/format.h"
#include "cli/report/period.h"
#include "cli/report/time_point.h"
#include "injector/base/printable.h"

namespace memray::cli {
namespace {

report::TimePoint parse(const char* option, const std::string& text) {
    const auto point = report::parse_time_point(text);
    if (point) { return *point; }
    throw base::Error(
        fmt::format("{}: '{}' is not a time such as 12.5 (seconds since the start), 2m30s, 50% or 14:03:20", option,
                    base::printable(text)),
        base::kWrongUsage);
}

std::int64_t moment(const char* option, const std::string& text, const capture::Metadata& metadata) {
    const std::int64_t ms = report::moment_of(parse(option, text), metadata);
    if (ms < metadata.start_ms) {
        throw base::Error(fmt::format("{} {} is before the recording, which began at {}", option, base::printable(text),
                                      report::time_text(metadata.start_ms)));
    }
    if (ms > metadata.end_ms) {
        throw base::Error(fmt::format("{} {} is after the end of the recording, which lasted {}", option,
                                      base::printable(text), report::since_start_text(metadata.end_ms, metadata)));
    }
    return ms;
}

}  // namespace

void TimeRangeOptions::add_to(CLI::App& app, const std::string& what) {
    app.add_option("--from", from_,
                   what +
                       ", from this time on: seconds since\nthe recording began (12.5), 90s, 2m30s, 50% of it, or "
                       "14:03:20 by the clock")
        ->option_text("TIME");
    app.add_option("--to", to_, "The end of that time (default: that of the recording)")->option_text("TIME");
}

void TimeRangeOptions::add_peak_to(CLI::App& app) {
    app.add_flag(
        "--peak", peak_,
        "With --from or --to: what was live when the heap was largest in that time, whenever it was allocated");
}

void TimeRangeOptions::check() const {
    if (!from_.empty()) { static_cast<void>(parse("--from", from_)); }
    if (!to_.empty()) { static_cast<void>(parse("--to", to_)); }
    if (peak_ && !given()) {
        throw base::Error("--peak needs --from or --to: without them it is the default", base::kWrongUsage);
    }
}

report::SelectionChoice TimeRangeOptions::selection(report::SelectionChoice choice) const {
    if (choice.kind == report::SelectionKind::kPeak && given() && !peak_) {
        choice.kind = report::SelectionKind::kKept;
    }
    return choice;
}

TimeRangeOptions::Span TimeRangeOptions::span(const capture::Metadata& metadata) const {
    Span span{metadata.start_ms, metadata.end_ms};
    if (!from_.empty()) { span.from_ms = moment("--from", from_, metadata); }
    if (!to_.empty()) { span.to_ms = moment("--to", to_, metadata); }
    if (span.from_ms >= span.to_ms) {
        throw base::Error(fmt::format("there is no time between --from ({}) and --to ({})",
                                      report::since_start_text(span.from_ms, metadata),
                                      report::since_start_text(span.to_ms, metadata)));
    }
    return span;
}

void TimeRangeOptions::apply(const std::string& path, capture::Profile& profile, const std::string& needs_log) const {
    if (!given()) { return; }
    const Span span = this->span(profile.metadata);
    if (!profile.metadata.aggregated) {
        // Nothing comes after the end, and what came at it belongs to it.
        const bool to_end = span.to_ms == profile.metadata.end_ms;
        load_period(path, span.from_ms, to_end ? std::numeric_limits<std::int64_t>::max() : span.to_ms, profile);
        profile.period->to_ms = span.to_ms;
        return;
    }
    if (!needs_log.empty()) {
        throw base::Error(
            fmt::format("{} of a part of the time needs a log of events, which {} does not have", needs_log, path));
    }
    if (profile.time_buckets.empty()) { throw base::Error(fmt::format("{} says nothing about time", path)); }
    report::reduce_to_buckets(profile, report::buckets_near(profile, span.from_ms, span.to_ms));
}

}  // namespace memray::cli
