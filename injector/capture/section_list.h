// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Finds the sections of a capture: by the index if the file has one, otherwise section after section.
#pragma once

#include <optional>
#include <vector>

#include "injector/capture/input_file.h"

namespace memray::capture {

struct Section {
    std::uint64_t offset{0};  // of its header
    SectionHeader header;
};

struct SectionList {
    std::vector<Section> sections;
    bool finished{false};  // has an index, and that says so
    bool cut{false};       // the file goes on with something that is not a section
};

// Only the sections the index lists: all tables, no events. None if there is no index, or one that is wrong.
[[nodiscard]] std::optional<SectionList> indexed_sections(const InputFile& file);

// All sections from the begin of the file up to the first that is not whole.
[[nodiscard]] SectionList scan_sections(const InputFile& file);

}  // namespace memray::capture
