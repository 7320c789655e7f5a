// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/diff/code_lines.h"

#include <algorithm>
#include <string_view>

namespace memray::report {
namespace {

using CodeEntry = Codes::value_type;

// By their names, those that are in one capture only.
std::map<std::uint32_t, std::vector<const CodeEntry*>> only_here(const StackView& view, const Codes& here,
                                                                 const Codes& there) {
    std::map<std::uint32_t, std::vector<const CodeEntry*>> result;
    for (const CodeEntry& entry : here) {
        const Code& code = entry.first;
        const bool may_move = code.kind == FrameKind::kPython && view.strings[code.function] != "<module>";
        if (may_move && !there.contains(code)) { result[code.function].push_back(&entry); }
    }
    return result;
}

bool share_a_text(const CodeLines& a, const CodeLines& b) {
    std::set<std::string_view> texts;
    for (const auto& [line, text] : a.texts) { texts.insert(text); }
    return std::any_of(b.texts.begin(), b.texts.end(),
                       [&](const auto& line) { return !line.second.empty() && texts.contains(line.second); });
}

bool share_an_offset(const CodeLines& a, const CodeLines& b) {
    return std::any_of(a.offsets.begin(), a.offsets.end(),
                       [&](std::uint32_t offset) { return b.offsets.contains(offset); });
}

// "<lambda>", "__init__": a name that says little.
bool is_common_name(std::string_view name) { return name.starts_with('<') || name.starts_with("__"); }

}  // namespace

std::set<std::uint32_t> CodeLines::lines() const {
    std::set<std::uint32_t> lines;
    for (const auto& [line, text] : texts) { lines.insert(line); }
    return lines;
}

bool CodeLines::has_texts() const {
    return std::any_of(texts.begin(), texts.end(), [](const auto& line) { return !line.second.empty(); });
}

Codes codes_of(const StackView& view, std::size_t first, std::size_t end,
               const std::vector<std::string>& recorded_files, LineTexts& texts) {
    Codes codes;
    for (std::size_t i = first; i < end; ++i) {
        const ViewFrame& frame = view.frames[i];
        if (frame.line == 0) { continue; }
        CodeLines& code = codes[{frame.function, frame.file, frame.kind}];
        code.recorded_file = recorded_files[i];
        const auto [text, added] = code.texts.try_emplace(frame.line);
        if (added && frame.kind == FrameKind::kPython) { text->second = texts.of(recorded_files[i], frame.line); }
        if (frame.first_line > 0) { code.offsets.insert(frame.line - frame.first_line); }
    }
    return codes;
}

std::map<Code, Code> moved_functions(const StackView& view, const Codes& before, const Codes& after) {
    std::map<Code, Code> moved;
    const auto newer = only_here(view, after, before);
    std::set<Code> taken;
    for (const auto& [name, olds] : only_here(view, before, after)) {
        const auto candidates = newer.find(name);
        if (candidates == newer.end()) { continue; }
        const bool only_one = olds.size() == 1 && candidates->second.size() == 1;
        const bool telling = only_one && !is_common_name(view.strings[name]);
        for (const CodeEntry* old : olds) {
            const auto is_same = [&](const CodeEntry* candidate) {
                if (taken.contains(candidate->first)) { return false; }
                if (old->second.has_texts() && candidate->second.has_texts()) {
                    return share_a_text(old->second, candidate->second);
                }
                return telling && share_an_offset(old->second, candidate->second);
            };
            const auto found = std::find_if(candidates->second.begin(), candidates->second.end(), is_same);
            if (found == candidates->second.end()) { continue; }
            taken.insert((*found)->first);
            moved.emplace(old->first, (*found)->first);
        }
    }
    return moved;
}

}  // namespace memray::report
