// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// --fail-if-peak and --fail-if-leaks: how much a program may have, whatever it had before.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "cli/report/stack_view.h"
#include "injector/capture/profile.h"

namespace memray::cli {

class MemoryLimits {
public:
    void add_to(CLI::App& app);
    // Throws UsageError for what is no size.
    void check() const;
    // 0, or kLimitExceeded after a line on standard error for each limit that the stacks of the view exceed.
    [[nodiscard]] int verdict(const capture::Profile& profile, const report::StackView& view) const;

private:
    std::string peak_;  // empty: no limit
    std::string leaks_;
};

}  // namespace memray::cli
