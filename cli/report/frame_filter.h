// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Which frames and stacks a report is about, by regular expressions (RE2's syntax, so none takes exponential time).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/report/stack_view.h"

namespace re2 {
class RE2;
}

namespace memray::report {

// Expressions are searched for in "function at file". Throws base::Error with the exit code of wrong usage if one is
// not valid.
class FrameFilter {
public:
    FrameFilter(const std::vector<std::string>& include, const std::vector<std::string>& exclude);
    ~FrameFilter();
    FrameFilter(const FrameFilter&) = delete;
    FrameFilter& operator=(const FrameFilter&) = delete;

    // Frames that match an exclude are taken out; what they allocated counts for their callers. Sites none of whose
    // frames match an include are left out, if there are includes.
    void apply(StackView& view) const;

private:
    std::vector<std::unique_ptr<re2::RE2>> include_;
    std::vector<std::unique_ptr<re2::RE2>> exclude_;
};

}  // namespace memray::report
