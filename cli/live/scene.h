// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Everything on the screen, as lines: header, table, output of the program, keys. Made from a state alone, so that
// every size of terminal can be tested without one.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cli/live/line.h"
#include "cli/live/model.h"
#include "cli/live/process_list.h"
#include "injector/live/protocol.h"

namespace memray::live {

// What the program has written.
struct OutputPane {
    enum class Size : std::uint8_t { kHidden, kSmall, kFull };
    Size size{Size::kHidden};
    std::vector<std::string> lines;  // printable
    std::size_t scrolled{0};         // lines up from the end
};

struct State {
    const Recording* recording{nullptr};
    const Model* model{nullptr};
    bool greeted{false};
    bool connected{true};
    std::uint64_t updates{0};
    std::optional<capture::Ending> ending;
    std::optional<Notice> notice;
    std::optional<std::string> input;  // the filter while it is typed
    bool help{false};
    std::size_t help_scrolled{0};  // lines down from its begin
    const OutputPane* output{nullptr};
    ProcessList processes;
    std::string clock;
};

struct Scene {
    std::vector<Line> lines;               // as many as the terminal has
    std::size_t titles{0};                 // line of the column headings, 0: none
    std::size_t first_row{0};              // line of the first row of the table that is shown
    std::vector<std::size_t> row_of_line;  // from first_row on: row of the model, or kNoRow
    // Where a click sorts: first column and order.
    std::vector<std::pair<std::size_t, report::LocationOrder>> sort_columns;
    std::size_t page{1};           // rows that fit
    std::size_t help_scrolled{0};  // as far as it can be
};
inline constexpr std::size_t kNoRow = ~std::size_t{0};

[[nodiscard]] Scene make_scene(const State& state, std::size_t width, std::size_t height);

}  // namespace memray::live
