// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/transform/formats.h"
#include "cli/transform/records.h"
#include "injector/base/printable.h"

namespace memray::transform {
namespace {

// The format knows no quotes: a semicolon always separates frames.
std::string frame_text(const NamedFrame& frame) {
    std::string text(frame.function);
    if (!frame.file.empty()) { text += fmt::format(" ({}", frame.file); }
    if (frame.line > 0) { text += fmt::format(":{}", frame.line); }
    if (!frame.file.empty()) { text += ')'; }
    text = base::printable(text);
    std::replace(text.begin(), text.end(), ';', ':');
    return text;
}

std::string stack_text(const report::StackView& view, std::uint32_t stack) {
    std::vector<NamedFrame> frames = named_frames(view, stack);
    std::reverse(frames.begin(), frames.end());
    std::string text;
    for (const NamedFrame& frame : frames) { text += (text.empty() ? "" : ";") + frame_text(frame); }
    return text;
}

}  // namespace

std::string collapsed(const Source& source) {
    std::map<std::string, std::uint64_t> stacks;
    for (const Record& record : records(source.profile, source.view, source.selection)) {
        stacks[stack_text(source.view, record.stack)] += record.amount.bytes;
    }
    std::string text;
    for (const auto& [stack, bytes] : stacks) { text += fmt::format("{} {}\n", stack, bytes); }
    return text;
}

}  // namespace memray::transform
