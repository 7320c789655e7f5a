// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What is to be seen, and what keys change about it: no terminal and no socket here.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cli/live/growth_watch.h"
#include "cli/live/relatives.h"
#include "cli/live/rows.h"
#include "cli/report/locations.h"
#include "cli/report/selection.h"
#include "injector/live/protocol.h"

namespace memray::live {

// Which allocations the table is about.
enum class Amounts : std::uint8_t {
    kLive,
    kSince,       // live, and made since the mark
    kDifference,  // live now less what was live at the baseline
    kGrowing,     // live, of functions that have grown steadily since they are watched
};

class Model {
public:
    // A new state. What the table shows only changes if it is not paused.
    void update(const Recording& recording);

    void sort_by(report::LocationOrder order);
    void toggle_merge();
    void next_thread(int step);
    void toggle_pause();
    void set_filter(const std::string& text);
    // The mark itself is the recorder's: see Request::kMark.
    void set_mark(bool marked);
    void toggle_baseline();
    void toggle_growth();
    void toggle_all_frames();  // or my code: see cli/report/my_code.h

    void move_cursor(std::ptrdiff_t rows);
    void select_row(std::size_t row);
    // To the callers and callees of the selected row; back from them: false if there was nothing to go back from.
    void enter();
    [[nodiscard]] bool leave();

    [[nodiscard]] const std::vector<Row>& rows() const noexcept { return rows_; }
    [[nodiscard]] std::size_t cursor() const noexcept { return cursor_; }
    [[nodiscard]] report::LocationOrder order() const noexcept { return order_; }
    [[nodiscard]] Amounts amounts() const noexcept { return amounts_; }
    [[nodiscard]] bool paused() const noexcept { return paused_; }
    [[nodiscard]] bool all_frames() const noexcept { return all_frames_; }
    [[nodiscard]] const std::string& filter() const noexcept { return filter_; }
    // The location that was entered.
    [[nodiscard]] const Place* focus() const noexcept { return entered_.empty() ? nullptr : &entered_.back().place; }
    // Index of the recording's threads; nothing if they are merged.
    [[nodiscard]] std::optional<std::size_t> thread() const;
    // What percentages are of: all threads together.
    [[nodiscard]] capture::Amount whole() const noexcept { return whole_; }

private:
    void take(const Recording& recording);
    void choose_frames();
    void compute();
    [[nodiscard]] std::vector<Row> rows_of(const report::Selection& selection) const;
    [[nodiscard]] report::Selection of_thread(const report::Selection& selection) const;
    void place_cursor(const std::optional<Row>& selected);

    report::StackView whole_view_;
    report::StackView view_;  // what is shown of it
    bool all_frames_{false};
    std::size_t viewed_stacks_{0};
    std::vector<std::uint32_t> thread_of_site_;
    std::size_t threads_{0};
    std::uint64_t seen_changes_{0};
    report::Selection live_;
    report::Selection since_;
    std::optional<report::Selection> baseline_;
    GrowthWatch growth_;

    report::LocationOrder order_{report::LocationOrder::kOwn};
    Amounts amounts_{Amounts::kLive};
    bool merged_{true};
    std::size_t thread_{0};
    bool paused_{false};
    std::string filter_;
    struct Entered {
        Place place;
        std::string filter;  // of the table that it was entered from
    };
    std::vector<Entered> entered_;

    std::vector<Row> rows_;
    std::size_t cursor_{0};
    bool cursor_moved_{false};
    capture::Amount whole_;
};

}  // namespace memray::live
