// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/command_line/unknown_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "cli/command_line/nearest_word.h"
#include "injector/base/error.h"
#include "injector/capture/input_file.h"

namespace memray::cli {
namespace {

bool is_capture(const std::string& path) {
    try {
        const capture::InputFile file(path);
        return true;
    } catch (const base::Error&) { return false; }
}

bool is_program(const std::vector<std::string>& before, const std::string& word) {
    const auto names_program = [](const std::string& option) { return option == "-m" || option == "-c"; };
    std::error_code ignored;
    return word.ends_with(".py") || std::filesystem::is_regular_file(word, ignored) ||
           std::any_of(before.begin(), before.end(), names_program);
}

// Empty if nothing is likely.
std::string meant(const std::vector<std::string>& before, const std::string& word,
                  const std::vector<std::string>& commands) {
    if (is_capture(word)) { return "memray summary " + word; }
    if (is_program(before, word)) {
        return fmt::format("memray run {}{}{}", fmt::join(before, " "), before.empty() ? "" : " ", word);
    }
    return nearest_word(word, commands).value_or("");
}

}  // namespace

std::string unknown_command(const std::vector<std::string>& before, const std::string& word,
                            const std::vector<std::string>& commands) {
    const std::string likely = meant(before, word, commands);
    return fmt::format("argument command: invalid choice: '{}'{} (choose from {})", word,
                       likely.empty() ? "" : ", did you mean " + likely + "?", fmt::join(commands, ","));
}

}  // namespace memray::cli
