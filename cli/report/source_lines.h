// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Lines of source files, for reports that show them. Files of the machine the report is made on; they may be missing or
// newer than the capture.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace memray::report {

// Which files a report that may be shown to others quotes.
enum class Confidential : std::uint8_t {
    kDefault,  // *.py files, and those that everybody may read or somebody may execute
    kAll,      // nothing is confidential: every file that can be read
    kNone,     // no file
};

class SourceLines {
public:
    explicit SourceLines(Confidential confidential) : confidential_(confidential) {}

    // Without the white space around it; empty if there is no such line or the file is not to be quoted.
    [[nodiscard]] std::string line(const std::string& file, std::uint32_t number);
    // Lines `first` to `last`, both included and counted from 1, as far as there are such lines; tabs as spaces.
    [[nodiscard]] std::vector<std::string> lines(const std::string& file, std::uint32_t first, std::uint32_t last);

private:
    const std::vector<std::string>& lines_of(const std::string& file);

    Confidential confidential_;
    std::unordered_map<std::string, std::vector<std::string>> files_;
};

}  // namespace memray::report
