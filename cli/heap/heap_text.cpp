// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <fmt/format.h>

#include <algorithm>

#include "cli/heap/heading.h"
#include "cli/heap/heap_report.h"
#include "cli/report/format.h"
#include "injector/base/printable.h"

namespace memray::heap_report {
namespace {

using report::percent_text;
using report::size_text;

std::string_view text_of(heap::SnapshotKind kind) {
    switch (kind) {
        case heap::SnapshotKind::kLive:
            return "read while it ran on: parts may contradict each other";
        case heap::SnapshotKind::kCopied:
            return "copied";
        case heap::SnapshotKind::kFrozen:
            return "a frozen copy";
        case heap::SnapshotKind::kCore:
            return "a core file";
    }
    return "";
}

std::string opening(const HeapReport& report) {
    std::string text;
    if (report.pid != 0) {
        text = fmt::format("Process {}", report.pid);
        if (!report.command_line.empty()) { text += fmt::format(" ({})", base::printable(report.command_line)); }
        text += ", ";
    }
    text += fmt::format("CPython {}: {}", report.version, text_of(report.kind));
    const bool stood_still = report.kind == heap::SnapshotKind::kCopied || report.kind == heap::SnapshotKind::kFrozen;
    if (stood_still) {
        text += fmt::format(", for which it stood still for {:.1f} ms", static_cast<double>(report.pause_us) / 1000);
    }
    text += "\n";
    for (const std::string& note : report.notes) { text += fmt::format("  {}.\n", base::printable(note)); }
    return text;
}

std::string totals(const HeapReport& report) {
    std::string text = fmt::format("{} in {}, and {} in {} of other memory\n",
                                   report::counted(report.objects, "object"), size_text(report.object_bytes),
                                   report::counted(report.other_blocks, "block"), size_text(report.other_bytes));
    if (report.garbage_objects > 0) {
        text += fmt::format("Nothing leads to {} of {}: garbage that is not collected yet\n",
                            report::counted(report.garbage_objects, "object"), size_text(report.garbage_bytes));
    }
    if (report.strings.repeated > 0) {
        text += fmt::format("{} of {} strings say what another one says: {}\n", report.strings.repeated,
                            report.strings.strings, size_text(report.strings.repeated_bytes));
    }
    if (report.broken_pools > 0) {
        text += fmt::format("{} of the allocator in the middle of a change\n",
                            report::counted(report.broken_pools, "pool"));
    }
    return text;
}

void add_holder(std::string& text, const Holder& holder, std::uint64_t total, std::size_t depth) {
    const std::string indent(depth * 2, ' ');
    text += fmt::format("{:>11} {:>7}  {}{}", size_text(holder.retained), percent_text(holder.retained, total), indent,
                        base::printable(holder.step.empty() ? "(itself)" : holder.step));
    if (!holder.title.empty() && holder.title != "module") {
        text += fmt::format("  {}", base::printable(holder.title));
    }
    text += "\n";
    for (const Holder& below : holder.below) { add_holder(text, below, total, depth + 1); }
}

std::string type_row(const TypeRow& row) {
    return fmt::format("{:>11} {:>11} {:>11}  {}\n", size_text(row.count.bytes), size_text(row.count.retained),
                       row.count.objects, base::printable(row.count.name));
}

}  // namespace

std::string heap_text(const HeapReport& report, std::size_t rows, bool colour) {
    const std::uint64_t total = report.object_bytes + report.other_bytes;
    std::string text = opening(report) + totals(report);
    text += "\n" + heading("Who keeps memory alive", colour) + "\n";
    for (const Holder& holder : report.holders) { add_holder(text, holder, total, 0); }
    text += "\n" + heading("Types", colour) + "\n";
    text += fmt::format("{:>11} {:>11} {:>11}  {}\n", "by itself", "keeps alive", "objects", "type");
    const std::size_t shown = std::min(rows, report.types.size());
    for (std::size_t row = 0; row < shown; ++row) { text += type_row(report.types[row]); }
    if (shown < report.types.size()) { text += fmt::format("... and {} more types\n", report.types.size() - shown); }
    return text;
}

std::string explained_text(const std::vector<Explained>& explained) {
    std::string text;
    for (const Explained& object : explained) {
        text += fmt::format("{:>11}  {}  (0x{:x})\n", size_text(object.retained), base::printable(object.title),
                            object.address);
        text += fmt::format("{:>11}  {}\n", "",
                            object.path.empty() ? "nothing leads to it: garbage that is not collected yet"
                                                : base::printable(object.path));
    }
    return text;
}

}  // namespace memray::heap_report
