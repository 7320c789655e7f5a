// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <fmt/format.h>

#include "cli/report/format.h"
#include "cli/report/mappings.h"
#include "cli/report/notes.h"
#include "cli/report/period.h"
#include "cli/report/resident.h"
#include "cli/report/selection.h"
#include "cli/report/stats/histogram.h"
#include "cli/report/stats/statistics.h"
#include "injector/base/printable.h"

namespace memray::report {
namespace {

constexpr std::size_t kBarWidth = 25;

class StatsText {
public:
    StatsText(const capture::Profile& profile, const StackView& view, std::size_t largest, bool colour)
        : profile_(profile),
          statistics_(compute_statistics(profile, view, largest)),
          largest_(largest),
          colour_(colour) {}

    [[nodiscard]] std::string write() {
        lines("⏱", "Before the recording:", beginning_lines(profile_));
        lines("⏱", "Part of the recording:", period_lines());
        value("📏", "Total allocations:", std::to_string(profile_.total.count));
        value("📦", "Total memory allocated:", size_text(profile_.total.bytes));
        value("📈", "Peak memory usage:", size_text(profile_.peak.bytes));
        lines("🗺", "Mapped beside it, not counted:", beside_lines(profile_));
        heading("📊", "Histogram of allocation size:");
        text_ += histogram_text(profile_.sizes, kHistogramBins, kBarWidth, "\t") + "\n";
        allocators();
        locations();
        modules("by size", statistics_.modules_by_size);
        modules("by number of allocations", statistics_.modules_by_count);
        if (!profile_.period) { lines("🧮", "Resident memory:", resident_lines(profile_)); }
        lines("⏱", "Period:", tracked_lines(profile_.metadata));
        notes("About this capture:", kind_notes(profile_));
        notes("Not everything was recorded:", loss_notes(profile_.metadata));
        text_.pop_back();  // the blank line after the last section
        return text_;
    }

private:
    void heading(const char* icon, const std::string& title) {
        text_ += colour_ ? fmt::format("{} \x1b[1m{}\x1b[0m\n", icon, title) : fmt::format("{} {}\n", icon, title);
    }
    void value(const char* icon, const char* title, const std::string& number) {
        heading(icon, title);
        text_ += fmt::format("\t{}\n\n", number);
    }
    [[nodiscard]] std::vector<std::string> period_lines() const {
        if (!profile_.period) { return {}; }
        const auto line = [&](SelectionKind kind) {
            const capture::Amount amount = sum(select(profile_, {kind}));
            return fmt::format("{}: {} in {}", selection_title(profile_, {kind}), size_text(amount.bytes),
                               counted(amount.count, "allocation"));
        };
        return {period_line(profile_), line(SelectionKind::kKept), line(SelectionKind::kLeaked)};
    }
    void allocators() {
        heading("📂", "Allocator type distribution:");
        for (const Ranked& entry : statistics_.allocators) {
            text_ += fmt::format("\t {}: {}\n", entry.name, entry.amount.count);
        }
        text_ += '\n';
    }
    void locations() {
        heading("🥇", fmt::format("Top {} largest allocating locations (by size):", largest_));
        for (const Ranked& entry : statistics_.locations_by_size) {
            text_ += fmt::format("\t- {} -> {}\n", base::printable(entry.name), size_text(entry.amount.bytes));
        }
        text_ += '\n';
        heading("🥇", fmt::format("Top {} largest allocating locations (by number of allocations):", largest_));
        for (const Ranked& entry : statistics_.locations_by_count) {
            text_ += fmt::format("\t- {} -> {}\n", base::printable(entry.name), entry.amount.count);
        }
        text_ += '\n';
    }
    void modules(const char* order, const std::vector<Ranked>& entries) {
        if (entries.empty()) { return; }
        heading("🥇", fmt::format("Top {} allocating modules ({}):", largest_, order));
        for (const Ranked& entry : entries) {
            text_ += fmt::format("\t- {}: {} total | {} allocations\n", base::printable(entry.name),
                                 size_text(entry.amount.bytes), entry.amount.count);
        }
        text_ += '\n';
    }
    void lines(const char* icon, const char* title, const std::vector<std::string>& lines) {
        if (lines.empty()) { return; }
        heading(icon, title);
        for (const std::string& line : lines) { text_ += fmt::format("\t{}\n", line); }
        text_ += '\n';
    }
    void notes(const char* title, const std::vector<std::string>& sentences) {
        if (sentences.empty()) { return; }
        heading("⚠", title);
        for (const std::string& sentence : sentences) { text_ += fmt::format("\t- {}\n", sentence); }
        text_ += '\n';
    }

    const capture::Profile& profile_;
    Statistics statistics_;
    std::size_t largest_;
    bool colour_;
    std::string text_;
};

}  // namespace

std::string stats_text(const capture::Profile& profile, const StackView& view, std::size_t largest, bool colour) {
    return StatsText(profile, view, largest, colour).write();
}

}  // namespace memray::report
