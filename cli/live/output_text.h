// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What a program has written, as lines without control sequences. Reads the file that its output is kept in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "injector/base/unique_fd.h"

namespace memray::live {

class OutputText {
public:
    static constexpr std::size_t kMostLines = 10'000;  // older ones are only in the file

    // The file may be written while we read. Empty path: there is none.
    explicit OutputText(const std::string& path);

    // Reads what is new. False if nothing is.
    bool refresh();
    void add(std::string_view text);
    [[nodiscard]] std::vector<std::string> lines() const;

private:
    void add_character(char letter);

    base::UniqueFd file_;
    std::vector<std::string> lines_{std::string()};  // the last one grows
    enum class Escape : std::uint8_t { kNone, kStarted, kSequence, kText } escape_{Escape::kNone};
    bool returned_{false};
};

}  // namespace memray::live
