// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// --from and --to: the part of the recording's time that a report is about.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

#include "cli/report/selection.h"
#include "injector/capture/profile.h"

namespace memray::cli {

class TimeRangeOptions {
public:
    // `what`: what the report has of that time.
    void add_to(CLI::App& app, const std::string& what);
    // --peak, for reports that can have that, too.
    void add_peak_to(CLI::App& app);

    [[nodiscard]] bool given() const noexcept { return !from_.empty() || !to_.empty(); }
    // Throws base::Error for what is no time.
    void check() const;

    // What a report is about that was asked for `choice`.
    [[nodiscard]] report::SelectionChoice selection(report::SelectionChoice choice) const;

    struct Span {
        std::int64_t from_ms{0};  // since the epoch
        std::int64_t to_ms{0};
    };
    // Of this recording. Throws base::Error if it lies outside or is empty.
    [[nodiscard]] Span span(const capture::Metadata& metadata) const;

    // Makes the profile, which was read from `path`, one of that time, if one was given: by its log of events, or else
    // by its time buckets. Throws base::Error, also if `needs_log` says why the latter will not do.
    void apply(const std::string& path, capture::Profile& profile, const std::string& needs_log) const;

private:
    std::string from_;
    std::string to_;
    bool peak_{false};
};

}  // namespace memray::cli
