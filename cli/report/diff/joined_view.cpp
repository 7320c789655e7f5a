// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/diff/joined_view.h"

#include <map>
#include <string>
#include <utility>

#include "cli/report/diff/code_lines.h"
#include "cli/report/diff/line_texts.h"
#include "cli/report/diff/moved_lines.h"
#include "injector/interning/string_table.h"

namespace memray::report {
namespace {

// Puts the stacks of several views into one. Equal texts get one number, so equal frames are equal again.
class Joiner {
public:
    Joiner() { view_.stacks.assign(1, {}); }

    // `files`: other names for files of the view.
    void add(const StackView& view, const std::map<std::string, std::string>& files) {
        const auto first = static_cast<std::uint32_t>(view_.frames.size());
        for (const ViewFrame& frame : view.frames) {
            const std::string& file = view.strings[frame.file];
            const auto other = files.find(file);
            ViewFrame joined = frame;
            joined.function = strings_.number(view.strings[frame.function]);
            joined.file = strings_.number(other == files.end() ? file : other->second);
            view_.frames.push_back(joined);
            recorded_files_.push_back(file);
        }
        add_stacks(view, first);
    }

    // Frames from number `first_old` on get the files and lines that their code has in the frames before.
    void move_code(std::size_t first_old, LineTexts before_texts, LineTexts after_texts) {
        const Codes after = codes_of(view_, 0, first_old, recorded_files_, after_texts);
        const Codes before = codes_of(view_, first_old, view_.frames.size(), recorded_files_, before_texts);
        const std::map<Code, Code> functions = moved_functions(view_, before, after);
        std::map<Code, LineMatches> lines;
        for (const auto& [code, old] : before) {
            const auto function = functions.find(code);
            const auto newer = after.find(function == functions.end() ? code : function->second);
            if (newer != after.end()) { lines.emplace(code, moved_lines(old.texts, newer->second.texts)); }
        }
        for (std::size_t i = first_old; i < view_.frames.size(); ++i) {
            ViewFrame& frame = view_.frames[i];
            const Code old{frame.function, frame.file, frame.kind};
            const auto function = functions.find(old);
            if (function != functions.end()) { frame.file = function->second.file; }
            const auto code = lines.find(old);
            if (code == lines.end()) { continue; }
            const auto line = code->second.find(frame.line);
            if (line != code->second.end()) {
                frame.line = line->second;
            } else if (after.at({frame.function, frame.file, frame.kind}).texts.contains(frame.line)) {
                frame.line = 0;  // the line is gone, and its number is another's now
            }
        }
    }

    StackView finish() { return std::move(view_); }

private:
    void add_stacks(const StackView& view, std::uint32_t first_frame) {
        const auto stacks = static_cast<std::uint32_t>(view_.stacks.size() - 1);  // the empty stack is shared
        const auto moved = [stacks](std::uint32_t stack) {
            return stack == capture::kRootStack ? stack : stack + stacks;
        };
        for (std::size_t i = 1; i < view.stacks.size(); ++i) {
            const capture::Stack& stack = view.stacks[i];
            view_.stacks.push_back({moved(stack.parent), stack.frame + first_frame, stack.entry});
        }
        for (const std::uint32_t stack : view.of_site) {
            view_.of_site.push_back(stack == kLeftOut ? kLeftOut : moved(stack));
        }
    }

    StackView view_;
    interning::StringTable strings_{view_.strings};
    std::vector<std::string> recorded_files_;  // of each frame
};

FilesOfCapture files_of(const Compared& compared) {
    FilesOfCapture result{{}, compared.profile.metadata.search_paths};
    for (const ViewFrame& frame : compared.view.frames) { result.files.insert(compared.view.strings[frame.file]); }
    result.files.erase("");
    return result;
}

}  // namespace

StackView joined_view(const Compared& before, const Compared& after, const std::vector<PathMap>& maps) {
    Joiner joiner;
    joiner.add(after.view, {});
    joiner.add(before.view, matching_files(files_of(before), files_of(after), maps));
    joiner.move_code(after.view.frames.size(), LineTexts(before.profile.metadata.start_ms),
                     LineTexts(after.profile.metadata.start_ms));
    return joiner.finish();
}

}  // namespace memray::report
