// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/source_lines.h"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "injector/base/printable.h"

namespace memray::report {
namespace {

constexpr off_t kLargestFile = 16 << 20;
constexpr std::size_t kLongestLine = 400;
constexpr std::size_t kTab = 8;
constexpr const char* kSpace = " \t\r\f\v";

bool may_be_quoted(const std::string& file, Confidential confidential) {
    if (confidential == Confidential::kNone || file.empty()) { return false; }
    struct stat status {};
    // Other than regular files could block or have no end.
    if (::stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_size > kLargestFile) {
        return false;
    }
    constexpr mode_t kReadableByAll = S_IROTH;
    constexpr mode_t kExecutable = S_IXUSR | S_IXGRP | S_IXOTH;
    return confidential == Confidential::kAll || file.ends_with(".py") ||
           (status.st_mode & (kReadableByAll | kExecutable)) != 0;
}

// With the white space in front of it.
std::string legible(const std::string& line) {
    std::string text;
    for (const char character : line.substr(0, kLongestLine)) {
        if (character == '\t') {
            text.append(kTab - text.size() % kTab, ' ');
        } else {
            text += character;
        }
    }
    text.erase(text.find_last_not_of(kSpace) + 1);
    return base::printable(text);
}

std::string without_indentation(const std::string& line) {
    const std::size_t first = line.find_first_not_of(kSpace);
    return first == std::string::npos ? std::string() : line.substr(first);
}

}  // namespace

const std::vector<std::string>& SourceLines::lines_of(const std::string& file) {
    const auto [entry, added] = files_.try_emplace(file);
    if (added && may_be_quoted(file, confidential_)) {
        std::ifstream stream(file);
        for (std::string line; std::getline(stream, line);) { entry->second.push_back(legible(line)); }
    }
    return entry->second;
}

std::string SourceLines::line(const std::string& file, std::uint32_t number) {
    const std::vector<std::string>& lines = lines_of(file);
    return number == 0 || number > lines.size() ? std::string() : without_indentation(lines[number - 1]);
}

std::vector<std::string> SourceLines::lines(const std::string& file, std::uint32_t first, std::uint32_t last) {
    const std::vector<std::string>& all = lines_of(file);
    const std::size_t begin = std::min<std::size_t>(std::max(first, 1U) - 1, all.size());
    const std::size_t end = std::clamp<std::size_t>(last, begin, all.size());
    return {all.begin() + static_cast<std::ptrdiff_t>(begin), all.begin() + static_cast<std::ptrdiff_t>(end)};
}

}  // namespace memray::report
