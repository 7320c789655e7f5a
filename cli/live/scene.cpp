// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/live/scene.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <utility>

#include "cli/live/header.h"
#include "cli/live/table.h"
#include "cli/report/text.h"
#include "cli/terminal/word_wrap.h"
#include "injector/base/printable.h"

namespace memray::live {
namespace {

struct Key {
    const char* key;
    const char* what;
};

constexpr std::array kHelp{
    Key{"t  o  a", "sort by total, own, number of allocations (or click on a heading)"},
    Key{"Up Down PgUp PgDn Home End", "select a row (also j k, the mouse)"},
    Key{"Enter", "callers and callees of the row; Backspace, Esc: back"},
    Key{"/", "show only rows that contain a text; Esc: all again"},
    Key{"f", "all frames, or my code: libraries count for the code that calls or imports them"},
    Key{"m", "threads apart or merged"},
    Key{"<  >  Left Right", "previous, next thread"},
    Key{"Space", "pause the table; header and graphs go on"},
    Key{"l", "mark: what was allocated since now and is still live; again: off"},
    Key{"b", "baseline: how much more or less than now; again: off"},
    Key{"g", "growth: functions whose own memory has grown steadily since the view was opened; again: off"},
    Key{"c", "processes of the program (with --follow-fork, --follow-exec); Enter: shows that one"},
    Key{"s", "save a capture of now, for all reports; the program goes on"},
    Key{"p", "output of the program: small, large, hidden (with run --live)"},
    Key{"q  Esc  Ctrl-C", "leave"},
};

Line title_bar(const State& state, std::size_t width) {
    Line line(" Memray live tracking", looks::kBar);
    const std::string clock = state.clock + " ";
    if (report::width_of(line.spans) + clock.size() < width) {
        line.add(std::string(width - report::width_of(line.spans) - clock.size(), ' '), looks::kBar)
            .add(clock, looks::kBar);
    }
    line.fill = looks::kBar;
    return line;
}

std::vector<Key> keys_for(const State& state) {
    const bool merged = !state.model->thread();
    std::vector<Key> keys{{"q", "Quit"},
                          {"f", state.model->all_frames() ? "My Code" : "All Frames"},
                          {"m", merged ? "Unmerge Threads" : "Merge Threads"}};
    if (!merged) {
        keys.push_back({"<", "Previous Thread"});
        keys.push_back({">", "Next Thread"});
    }
    keys.push_back({"t", "Sort by Total"});
    keys.push_back({"o", "Sort by Own"});
    keys.push_back({"a", "Sort by Allocations"});
    if (state.connected || state.model->paused()) {
        keys.push_back({"space", state.model->paused() ? "Unpause" : "Pause"});
    }
    for (const Key& key : {Key{"/", "Filter"}, Key{"Enter", "Callers"}, Key{"l", "Leaks"}, Key{"b", "Baseline"}}) {
        keys.push_back(key);
    }
    if (!state.processes.processes.empty()) { keys.push_back({"c", "Processes"}); }
    if (state.connected) { keys.push_back({"s", "Save"}); }
    if (state.output->size != OutputPane::Size::kHidden || !state.output->lines.empty()) {
        keys.push_back({"p", "Output"});
    }
    return keys;
}

// As many keys as fit, and where to find the others.
Line key_bar(const State& state, std::size_t width) {
    Line line;
    line.fill = looks::kBar;
    const std::string help = " ? Help ";
    for (const Key& key : keys_for(state)) {
        const std::string text = fmt::format(" {} ", key.key);
        const std::string what = fmt::format("{} ", key.what);
        if (report::width_of(line.spans) + text.size() + what.size() + help.size() > width) { continue; }
        line.add(text, looks::kBarKey).add(what, looks::kBar);
    }
    line.add(" ? ", looks::kBarKey).add("Help ", looks::kBar);
    return line;
}

Line bottom_bar(const State& state, std::size_t width) {
    if (state.input) {
        Line line(report::shortened(fmt::format(" Filter: {}▏", base::printable(*state.input)), width), looks::kBar);
        line.fill = looks::kBar;
        return line;
    }
    if (state.notice) {
        const Look look = state.notice->failed ? looks::kFailure : looks::kNotice;
        return {report::shortened(" " + base::printable(state.notice->text), width), look};
    }
    return key_bar(state, width);
}

// Keys, each with what it does beside it or, where there is no room, below it.
std::vector<Line> help_lines(std::size_t width) {
    constexpr std::size_t kMargin = 30;
    constexpr std::size_t kNarrow = 56;
    constexpr std::size_t kIndentation = 6;
    const std::size_t margin = width < kNarrow ? kIndentation : kMargin;
    std::vector<Line> lines;
    for (const Key& key : kHelp) {
        Line line(fmt::format("  {}", key.key), looks::kLabel);
        std::istringstream parts(terminal::word_wrapped(key.what, width > margin + 1 ? width - margin - 1 : 1));
        for (std::string part; std::getline(parts, part);) {
            if (report::width_of(line.spans) >= margin) { lines.push_back(std::exchange(line, Line())); }
            pad(line, margin);
            line.add(part);
        }
        lines.push_back(std::move(line));
    }
    return lines;
}

void add_help(Scene& scene, std::size_t scrolled, std::size_t width, std::size_t height) {
    if (height < 3) { return; }
    std::vector<Line> lines = help_lines(width);
    const std::size_t rows = height - 2;
    const std::size_t most = lines.size() > rows ? lines.size() - rows : 0;
    scene.page = rows;
    scene.help_scrolled = std::min(scrolled, most);
    scene.lines.emplace_back(" Keys", looks::kSection);
    for (std::size_t i = scene.help_scrolled; i < std::min(lines.size(), scene.help_scrolled + rows); ++i) {
        scene.lines.push_back(std::move(lines[i]));
    }
    scene.lines.emplace_back(most > 0 ? " Up, Down: more of this. Any other key goes back." : " Any key goes back.",
                             looks::kFaint);
}

std::size_t output_height(const OutputPane& output, std::size_t height) {
    switch (output.size) {
        case OutputPane::Size::kHidden:
            break;
        case OutputPane::Size::kSmall:
            return height >= 16 ? height / 3 : 0;
        case OutputPane::Size::kFull:
            return height;
    }
    return 0;
}

void add_output(Scene& scene, const OutputPane& output, std::size_t width, std::size_t height) {
    if (height == 0) { return; }
    const std::size_t rows = height - 1;
    const std::size_t end = output.lines.size() - std::min(output.scrolled, output.lines.size());
    const std::size_t begin = end > rows ? end - rows : 0;
    const std::string more = output.scrolled > 0 ? fmt::format(", {} lines below", output.scrolled) : "";
    scene.lines.emplace_back(fmt::format(" Output of the program: {} lines{}", output.lines.size(), more),
                             looks::kSection);
    for (std::size_t i = begin; i < end; ++i) {
        scene.lines.emplace_back(" " + report::shortened(output.lines[i], width > 1 ? width - 1 : 0), looks::kPlain);
    }
}

}  // namespace

Scene make_scene(const State& state, std::size_t width, std::size_t height) {
    Scene scene;
    scene.lines.push_back(title_bar(state, width));
    if (!state.greeted) {
        scene.lines.emplace_back(" Waiting for the program to start", looks::kWarning);
    } else {
        for (Line& line : header_lines(state, width, height)) { scene.lines.push_back(std::move(line)); }
        const std::size_t room = height > scene.lines.size() + 1 ? height - scene.lines.size() - 1 : 0;
        const std::size_t output = output_height(*state.output, room);
        if (state.help) {
            add_help(scene, state.help_scrolled, width, room);
        } else {
            if (state.processes.open) {
                add_processes(scene, state.processes, width, room - output);
            } else {
                add_table(scene, *state.model, width, room - output);
            }
            scene.lines.resize(std::min(std::max(scene.lines.size(), height - 1 - output), height));
            add_output(scene, *state.output, width, output);
        }
    }
    scene.lines.resize(height > 0 ? height - 1 : 0);
    scene.lines.push_back(bottom_bar(state, width));
    return scene;
}

}  // namespace memray::live
