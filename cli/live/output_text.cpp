// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/live/output_text.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "injector/base/printable.h"

namespace memray::live {
namespace {

constexpr char kEscape = '\x1b';
constexpr char kBell = '\a';
constexpr std::size_t kTab = 8;
constexpr int kMostReads = 16;  // at a time, so that keys are not kept waiting

}  // namespace

OutputText::OutputText(const std::string& path)
    : file_(path.empty() ? -1 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}

bool OutputText::refresh() {
    std::array<char, 65536> buffer{};
    bool changed = false;
    for (int i = 0; file_ && i < kMostReads; ++i) {
        const ssize_t count = ::read(file_.get(), buffer.data(), buffer.size());
        if (count <= 0) { break; }
        add({buffer.data(), static_cast<std::size_t>(count)});
        changed = true;
    }
    return changed;
}

void OutputText::add(std::string_view text) {
    for (const char letter : text) { add_character(letter); }
    if (lines_.size() > 2 * kMostLines) { lines_.erase(lines_.begin(), lines_.end() - kMostLines); }
}

// Escape sequences (ECMA-48): ESC [ ... up to a letter; ESC ] ... up to a bell or ESC; ESC and one character.
void OutputText::add_character(char letter) {
    switch (escape_) {
        case Escape::kStarted:
            escape_ = letter == '[' ? Escape::kSequence : letter == ']' ? Escape::kText : Escape::kNone;
            return;
        case Escape::kSequence:
            if (letter >= '@' && letter <= '~') { escape_ = Escape::kNone; }
            return;
        case Escape::kText:
            if (letter == kBell) { escape_ = Escape::kNone; }
            if (letter == kEscape) { escape_ = Escape::kStarted; }
            return;
        case Escape::kNone:
            break;
    }
    std::string& line = lines_.back();
    if (letter == kEscape) {
        escape_ = Escape::kStarted;
    } else if (letter == '\n') {
        lines_.emplace_back();
        returned_ = false;
    } else if (letter == '\r') {
        returned_ = true;
    } else {
        // A progress bar that writes its line anew.
        if (std::exchange(returned_, false)) { line.clear(); }
        if (letter == '\t') {
            line.append(kTab - line.size() % kTab, ' ');
        } else {
            line += letter;
        }
    }
}

std::vector<std::string> OutputText::lines() const {
    std::vector<std::string> result;
    result.reserve(lines_.size());
    for (const std::string& line : lines_) { result.push_back(base::printable(line)); }
    if (result.back().empty()) { result.pop_back(); }
    return result;
}

}  // namespace memray::live
