// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/diff/comparison.h"

#include <map>
#include <set>
#include <tuple>

#include "cli/report/diff/moved_lines.h"
#include "cli/report/format.h"
#include "cli/report/resident.h"
#include "injector/interning/string_table.h"

namespace memray::report {
namespace {

// Frames that differ in their lines only: function and file (strings), kind.
using Code = std::tuple<std::uint32_t, std::uint32_t, FrameKind>;

// Puts the stacks of several views into one. Equal texts get one number, so equal frames are equal again.
class Joiner {
public:
    Joiner() { view_.stacks.assign(1, {}); }

    void add(const StackView& view) {
        std::vector<std::uint32_t> strings;
        for (const std::string& text : view.strings) { strings.push_back(strings_.number(text)); }
        const auto frames = static_cast<std::uint32_t>(view_.frames.size());
        for (const ViewFrame& frame : view.frames) {
            view_.frames.push_back({strings[frame.function], strings[frame.file], frame.line, frame.kind});
        }
        const auto stacks = static_cast<std::uint32_t>(view_.stacks.size() - 1);  // the empty stack is shared
        const auto moved = [stacks](std::uint32_t stack) {
            return stack == capture::kRootStack ? stack : stack + stacks;
        };
        for (std::size_t i = 1; i < view.stacks.size(); ++i) {
            const capture::Stack& stack = view.stacks[i];
            view_.stacks.push_back({moved(stack.parent), stack.frame + frames, stack.entry});
        }
        for (const std::uint32_t stack : view.of_site) {
            view_.of_site.push_back(stack == kLeftOut ? kLeftOut : moved(stack));
        }
    }

    // Frames from number `first_old` on get the lines that their code has in the frames before.
    void move_lines(std::size_t first_old) {
        const auto after = lines_of(0, first_old);
        const auto before = lines_of(first_old, view_.frames.size());
        std::map<Code, std::map<std::uint32_t, std::uint32_t>> moved;
        for (const auto& [code, lines] : before) {
            const auto newer = after.find(code);
            if (newer != after.end()) { moved.emplace(code, moved_lines(lines, newer->second)); }
        }
        for (std::size_t i = first_old; i < view_.frames.size(); ++i) {
            ViewFrame& frame = view_.frames[i];
            const auto code = moved.find(code_of(frame));
            if (code == moved.end()) { continue; }
            const auto line = code->second.find(frame.line);
            if (line != code->second.end()) {
                frame.line = line->second;
            } else if (after.at(code->first).contains(frame.line)) {
                frame.line = 0;  // the line is gone, and its number is another's now
            }
        }
    }

    StackView finish() { return std::move(view_); }

private:
    static Code code_of(const ViewFrame& frame) { return {frame.function, frame.file, frame.kind}; }

    [[nodiscard]] std::map<Code, std::set<std::uint32_t>> lines_of(std::size_t first, std::size_t end) const {
        std::map<Code, std::set<std::uint32_t>> lines;
        for (std::size_t i = first; i < end; ++i) {
            const ViewFrame& frame = view_.frames[i];
            if (frame.line > 0) { lines[code_of(frame)].insert(frame.line); }
        }
        return lines;
    }

    StackView view_;
    interning::StringTable strings_{view_.strings};
};

capture::Profile joined(const capture::Profile& after, const capture::Profile& before) {
    capture::Profile profile;
    profile.metadata = after.metadata;
    profile.frames = after.frames;
    profile.threads = after.threads;
    profile.snapshots = after.snapshots;
    profile.residences = after.residences;
    profile.processes = after.processes;
    profile.allocators = after.allocators;
    profile.peak = after.peak;
    profile.sites = after.sites;
    profile.sites.insert(profile.sites.end(), before.sites.begin(), before.sites.end());
    return profile;
}

void add_beginning(const char* which, const capture::Profile& profile, std::vector<std::string>& to) {
    for (const std::string& line : beginning_lines(profile)) { to.push_back(which + line); }
}

}  // namespace

Comparison compare(const Compared& before, const Compared& after, SelectionChoice choice) {
    Joiner joiner;
    joiner.add(after.view);
    joiner.add(before.view);
    joiner.move_lines(after.view.frames.size());
    Comparison result{joined(after.profile, before.profile),
                      joiner.finish(),
                      after.view.frames.size(),
                      {},
                      select(after.profile, choice),
                      {}};
    add_beginning("Old capture: ", before.profile, result.beginnings);
    add_beginning("New capture: ", after.profile, result.beginnings);
    const Selection chosen = select(before.profile, choice);
    result.before.resize(result.after.size());
    result.before.insert(result.before.end(), chosen.begin(), chosen.end());
    result.after.resize(result.before.size());
    return result;
}

Change change(const capture::Amount& before, const capture::Amount& after) noexcept {
    return {static_cast<std::int64_t>(after.bytes - before.bytes),
            static_cast<std::int64_t>(after.count - before.count)};
}

std::string change_text(std::int64_t bytes) {
    if (bytes == 0) { return size_text(0); }
    const auto size = static_cast<std::uint64_t>(bytes);
    return bytes > 0 ? "+" + size_text(size) : "-" + size_text(-size);
}

}  // namespace memray::report
