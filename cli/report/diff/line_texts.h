// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What stood on the lines that a capture names, as far as that can still be known: its source files are those of this
// machine, and those that were written after the recording began are not believed.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "cli/report/source_lines.h"

namespace memray::report {

class LineTexts {
public:
    // `start_ms`: of the recording, since the epoch.
    explicit LineTexts(std::int64_t start_ms) : start_ms_(start_ms) {}

    // Without the white space around it; empty if it is not known.
    [[nodiscard]] std::string of(const std::string& file, std::uint32_t line);

private:
    [[nodiscard]] bool is_as_recorded(const std::string& file);

    std::int64_t start_ms_;
    std::map<std::string, bool> as_recorded_;
    SourceLines lines_{Confidential::kAll};  // they are compared, not shown
};

}  // namespace memray::report
