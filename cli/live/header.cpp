// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/live/header.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/live/graph.h"
#include "cli/report/format.h"
#include "cli/report/mappings.h"
#include "cli/report/notes.h"
#include "cli/report/text.h"
#include "injector/base/printable.h"

namespace memray::live {
namespace {

using capture::Profile;
using report::size_text;

constexpr std::size_t kNarrow = 80;
constexpr std::size_t kLow = 20;
constexpr std::size_t kGraphRows = 4;

std::string thread_text(const State& state) {
    const auto chosen = state.model->thread();
    const auto& threads = state.recording->profile.threads;
    if (!chosen || *chosen >= threads.size()) { return fmt::format("All threads ({})", threads.size()); }
    const capture::Thread& thread = threads[*chosen];
    const std::string name = thread.name.empty() ? "" : fmt::format(" ({})", base::printable(thread.name));
    return fmt::format("Thread {} of {}{}", *chosen + 1, threads.size(), name);
}

std::string tid_text(const State& state) {
    const auto chosen = state.model->thread();
    const auto& threads = state.recording->profile.threads;
    return chosen && *chosen < threads.size() ? std::to_string(threads[*chosen].tid) : "*";
}

Line labelled(const char* label, const std::string& text, std::size_t width, Look look = looks::kPlain) {
    constexpr std::size_t kLabelWidth = 10;
    return Line(fmt::format(" {:<9}", label), looks::kLabel)
        .add(report::shortened(text, width > kLabelWidth ? width - kLabelWidth - 1 : 0), look);
}

std::vector<Line> status_lines(const State& state, std::size_t width) {
    if (state.connected && state.model->paused()) {
        return {labelled("Status", "Table updates paused", width, looks::kWarning)};
    }
    if (state.connected) { return {labelled("Status", "Running", width)}; }
    std::vector<Line> lines{labelled("Status", "Remote has disconnected", width, looks::kFailure)};
    if (state.ending) { lines.push_back(labelled("Ended", report::ending_text(*state.ending), width)); }
    return lines;
}

Line pid_line(const State& state, std::size_t width) {
    const ProcessList& list = state.processes;
    const std::string number =
        list.processes.size() < 2 ? "" : fmt::format(" ({} of {})", list.shown + 1, list.processes.size());
    const std::string pid = std::to_string(state.recording->profile.metadata.pid);
    return labelled("PID", pid + number, width).add("  TID ", looks::kLabel).add(tid_text(state));
}

std::vector<Line> facts(const State& state, std::size_t width) {
    const Profile& profile = state.recording->profile;
    std::vector<Line> lines{
        pid_line(state, width), labelled("CMD", command_text(profile.metadata.command_line), width),
        labelled("Thread", thread_text(state), width),
        labelled("Samples", fmt::format("{} ({} events)", state.updates, state.recording->events), width),
        labelled("Duration", duration_text(profile), width)};
    for (Line& line : status_lines(state, width)) { lines.push_back(std::move(line)); }
    return lines;
}

std::string heap_text(const Profile& profile) {
    return fmt::format("Heap {} ({} of {} max)", size_text(profile.leaked.bytes),
                       report::percent_text(profile.leaked.bytes, profile.peak.bytes), size_text(profile.peak.bytes));
}

std::string rss_text(const Profile& profile) {
    if (profile.snapshots.empty()) { return "RSS -"; }
    std::uint64_t most = 0;
    for (const capture::Snapshot& row : profile.snapshots) { most = std::max(most, row.rss); }
    return fmt::format("RSS {} ({} max)", size_text(profile.snapshots.back().rss), size_text(most));
}

// Title and bars of the heap, then those of the resident memory.
std::vector<Line> graphs(const Profile& profile, std::size_t width, std::size_t rows) {
    std::vector<Line> lines{Line(report::shortened(heap_text(profile), width), looks::kHeading)};
    for (std::string& bar : bars(over_time(profile.snapshots, &capture::Snapshot::heap, width), rows)) {
        lines.emplace_back(std::move(bar), looks::kHeapGraph);
    }
    const std::string text = rss_text(profile);
    const std::size_t used = report::display_width(text) + 1;
    Line& line = lines.emplace_back(report::shortened(text, width), looks::kHeading);
    if (used + 8 > width) { return lines; }
    line.add(" ");
    line.add(bars(over_time(profile.snapshots, &capture::Snapshot::rss, width - used), 1)[0], looks::kRssGraph);
    return lines;
}

std::string before_text(const Profile& profile) {
    if (profile.metadata.beginning == capture::Beginning::kStart) { return {}; }
    for (const capture::Residence& row : profile.residences) {
        if (row.moment != capture::Moment::kStart) { continue; }
        return fmt::format("{} was resident when recording began; {} freed since", size_text(row.rss()),
                           report::counted(profile.metadata.losses.unknown_frees, "block"));
    }
    return {};
}

void add_beside_heap(std::vector<Line>& lines, const Profile& profile, std::size_t width) {
    for (const Beside& what : beside_heap(profile)) { lines.push_back(labelled(what.label, what.text, width)); }
}

std::vector<Line> beside(std::vector<Line> left, const std::vector<Line>& right, std::size_t column) {
    left.resize(std::max(left.size(), right.size()));
    for (std::size_t i = 0; i < right.size(); ++i) {
        pad(left[i], column);
        left[i].spans.insert(left[i].spans.end(), right[i].spans.begin(), right[i].spans.end());
    }
    return left;
}

}  // namespace

std::string duration_text(const Profile& profile) {
    const std::int64_t ms = std::max<std::int64_t>(0, profile.metadata.end_ms - profile.metadata.start_ms);
    return fmt::format("{}.{} seconds", ms / 1000, ms % 1000 / 100);
}

std::vector<Beside> beside_heap(const Profile& profile) {
    std::vector<Beside> result{{"Before", before_text(profile)}, {"Mapped", report::mapped_now(profile)}};
    std::erase_if(result, [](const Beside& what) { return what.text.empty(); });
    return result;
}

std::string memory_text(const Profile& profile) { return fmt::format("{}  {}", heap_text(profile), rss_text(profile)); }

std::string command_text(const std::string& command_line) {
    const std::string command = base::escaped(command_line);
    const std::size_t slash = command.rfind('/', command.find(' '));
    return slash == std::string::npos ? command : command.substr(slash + 1);
}

std::string signed_size(std::int64_t bytes, bool difference) {
    const auto size = static_cast<std::uint64_t>(bytes < 0 ? -bytes : bytes);
    return (bytes < 0 ? "-" : difference ? "+" : "") + size_text(size);
}

std::vector<Line> header_lines(const State& state, std::size_t width, std::size_t height) {
    const Profile& profile = state.recording->profile;
    if (height < kLow) {  // what matters most
        std::vector<Line> lines = status_lines(state, width);
        lines.insert(lines.begin(), Line(report::shortened(" " + memory_text(profile), width), looks::kPlain));
        return lines;
    }
    if (width < kNarrow) {
        std::vector<Line> lines = facts(state, width);
        for (Line& line : graphs(profile, width - std::min<std::size_t>(width, 2), 2)) {
            line.spans.insert(line.spans.begin(), Span{" ", looks::kPlain});
            lines.push_back(std::move(line));
        }
        add_beside_heap(lines, profile, width);
        return lines;
    }
    const std::size_t left = width / 2;
    std::vector<Line> lines = beside(facts(state, left), graphs(profile, width - left - 1, kGraphRows), left);
    add_beside_heap(lines, profile, width);
    return lines;
}

}  // namespace memray::live
