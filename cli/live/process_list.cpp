// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/live/process_list.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/live/header.h"
#include "cli/live/scene.h"
#include "cli/report/format.h"
#include "cli/report/notes.h"
#include "cli/report/text.h"

namespace memray::live {
namespace {

constexpr std::size_t kStateWidth = 30;
constexpr std::size_t kNarrowStateWidth = 10;
constexpr std::size_t kWide = 80;

Line row(const std::string& pid, const std::string& heap, const std::string& state, const std::string& command,
         std::size_t width) {
    const std::size_t states = width >= kWide ? kStateWidth : kNarrowStateWidth;
    const std::string text = fmt::format("{:>8} {:>11}  {}  {}", pid, heap,
                                         report::padded(report::shortened(state, states), states), command);
    return {" " + report::shortened(text, width > 1 ? width - 1 : 0), looks::kPlain};
}

std::string state_text(const Process& process) {
    return process.running() ? "running" : report::ending_text(process.ending);
}

}  // namespace

void ProcessList::move_cursor(std::ptrdiff_t rows) {
    const auto last = static_cast<std::ptrdiff_t>(processes.size()) - 1;
    const auto to =
        std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(cursor) + rows, 0, std::max(last, std::ptrdiff_t{0}));
    cursor = static_cast<std::size_t>(to);
}

void add_processes(Scene& scene, const ProcessList& list, std::size_t width, std::size_t height) {
    if (height < 3) { return; }
    const auto running = std::count_if(list.processes.begin(), list.processes.end(),
                                       [](const Process& process) { return process.running(); });
    const bool stale = !list.processes.empty() && !list.processes.front().running();
    const std::string title = fmt::format(" Processes{}: {}, {} of them running",
                                          stale ? " when the first one ended" : "", list.processes.size(), running);
    scene.lines.emplace_back(report::shortened(title, width), looks::kSection);
    scene.lines.push_back(row("PID", "Heap", "State", "Command", width));
    scene.lines.back().spans[0].look = looks::kHeading;
    scene.first_row = scene.lines.size();
    scene.page = height - 2;
    const std::size_t first = list.cursor < scene.page ? 0 : list.cursor - scene.page + 1;
    for (std::size_t i = first; i < list.processes.size() && i < first + scene.page; ++i) {
        const Process& process = list.processes[i];
        const std::string pid = fmt::format("{}{}", i == list.shown ? "> " : "", process.pid);
        scene.row_of_line.push_back(i);
        Line& line = scene.lines.emplace_back(
            row(pid, report::size_text(process.heap), state_text(process), command_text(process.command), width));
        line.selected = i == list.cursor;
    }
}

}  // namespace memray::live
