// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/memory_limits.h"

#include <fmt/format.h>

#include <cstdio>

#include "cli/command_line/quantity.h"
#include "cli/commands/command.h"
#include "cli/report/format.h"
#include "cli/report/selection.h"
#include "injector/base/printable.h"

namespace memray::cli {
namespace {

constexpr const char* kPeakOption = "--fail-if-peak";
constexpr const char* kLeaksOption = "--fail-if-leaks";

double bytes_of(const char* option, const std::string& text) {
    const auto quantity = parse_quantity(text);
    if (!quantity || quantity->percent) {
        throw UsageError(fmt::format("argument {}: '{}' is not a size (such as 10MB)", option, text));
    }
    return quantity->value;
}

}  // namespace

void MemoryLimits::add_to(CLI::App& app) {
    app.add_option("--fail-if-peak", peak_,
                   "End with exit code 3 if more than SIZE (10MB, 512KiB) was live at the peak (of the time, with "
                   "--from or\n--to)")
        ->option_text("SIZE");
    app.add_option("--fail-if-leaks", leaks_, "End with exit code 3 if more than SIZE was not freed at the end")
        ->option_text("SIZE");
}

void MemoryLimits::check() const {
    if (!peak_.empty()) { static_cast<void>(bytes_of(kPeakOption, peak_)); }
    if (!leaks_.empty()) { static_cast<void>(bytes_of(kLeaksOption, leaks_)); }
}

int MemoryLimits::verdict(const capture::Profile& profile, const report::StackView& view) const {
    int code = 0;
    const auto look = [&](const char* option, const std::string& limit, report::SelectionKind kind) {
        if (limit.empty()) { return; }
        const std::uint64_t bytes = report::sum(report::select(profile, {kind}), view).bytes;
        if (static_cast<double>(bytes) <= bytes_of(option, limit)) { return; }
        std::fflush(stdout);
        base::tell(fmt::format("{}: {}, which is more than {}", report::selection_title(profile, {kind}),
                               report::size_text(bytes), limit));
        code = kLimitExceeded;
    };
    look(kPeakOption, peak_, report::SelectionKind::kPeak);
    look(kLeaksOption, leaks_, report::SelectionKind::kLeaked);
    return code;
}

}  // namespace memray::cli
