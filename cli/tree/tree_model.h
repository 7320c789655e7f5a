// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What the tree view shows, without a terminal: which calls are unfolded, where the cursor is, what is hidden.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/report/biggest.h"
#include "cli/report/call_chain.h"
#include "cli/report/call_tree.h"
#include "cli/report/frame_class.h"
#include "cli/report/tree_report.h"

namespace memray::tree {

enum class RowKind : std::uint8_t { kRoot, kCall, kRest, kNothing };

struct TreeRow {
    RowKind kind{RowKind::kCall};
    std::uint32_t node{0};      // of the call tree, the last of a chain; 0 for rows that are no calls
    std::size_t depth{0};       // 0: the root
    bool parent{false};         // it has callees
    bool open{false};           // and they are shown
    std::uint32_t first{0};     // of the calls that hold the same, the last of which is `node`
    std::uint32_t headline{0};  // the one of them that the row is named after
};

class TreeModel {
public:
    // Both must outlive the model.
    TreeModel(const capture::Profile& profile, const report::StackView& view, const report::TreeOptions& options);

    [[nodiscard]] const std::vector<TreeRow>& rows() const { return rows_; }  // never empty
    [[nodiscard]] std::size_t cursor() const { return cursor_; }              // rows
    [[nodiscard]] const TreeRow& current() const { return rows_[cursor_]; }

    void move(std::ptrdiff_t rows);  // stops at the ends
    void toggle();                   // shows or hides the callees of the current row
    void open_or_enter();            // shows the callees; if they are shown, goes to the first
    void close_or_leave();           // hides the callees; if none are shown, goes to the caller
    void open_linear_group();        // opens the current call and its callees as long as there is only one
    void toggle_all_frames();        // or my code: see cli/report/my_code.h
    void toggle_imports();           // these do nothing while only my code is shown
    void toggle_uninteresting();
    [[nodiscard]] bool shows_all_frames() const { return all_frames_; }
    [[nodiscard]] bool hides_imports() const { return (hidden_ & report::kImportSystem) != 0; }
    [[nodiscard]] bool hides_uninteresting() const { return (hidden_ & report::kIrrelevant) != 0; }

    [[nodiscard]] const std::string& title() const { return title_; }  // what the numbers are
    [[nodiscard]] capture::Amount amount(const TreeRow& row) const;
    [[nodiscard]] capture::Amount own(const TreeRow& row) const;
    [[nodiscard]] capture::Amount whole() const { return whole_; }
    // Printable.
    [[nodiscard]] std::string function(const TreeRow& row) const;
    [[nodiscard]] std::string location(const TreeRow& row) const;  // "file:line", empty if there is none
    // Where the source of the row is; an empty file and 0 if there is none.
    [[nodiscard]] std::string file(const TreeRow& row) const;
    [[nodiscard]] std::uint32_t line(const TreeRow& row) const;
    // The calls of the row as report::CallChains::text() has them; empty if there is but one.
    [[nodiscard]] std::string calls(const TreeRow& row) const;
    // Names of the threads that allocated below the row, in order of their numbers.
    [[nodiscard]] std::vector<std::string> threads(const TreeRow& row) const;

private:
    void rebuild();
    void list_rows();
    void open_largest();
    [[nodiscard]] std::uint32_t last(std::uint32_t first) const;  // of the chain that is one row
    [[nodiscard]] TreeRow call_row(std::uint32_t first, std::size_t depth) const;
    [[nodiscard]] const report::ViewFrame* frame(const TreeRow& row) const;  // null for rows that are no calls

    const capture::Profile& profile_;
    const report::StackView& whole_view_;
    const std::string title_;
    const report::Selection selection_;
    const std::size_t biggest_;
    const capture::Amount whole_;
    bool all_frames_;
    std::uint8_t hidden_{0};  // classes of frames, while all others are shown
    report::StackView view_;
    report::Biggest shown_;
    report::CallTree tree_;
    std::optional<report::ChildIndex> children_;
    std::optional<report::CallChains> chains_;
    std::vector<std::vector<std::uint32_t>> callees_;  // of each node, the largest first
    std::vector<bool> open_;                           // nodes
    std::vector<TreeRow> rows_;
    std::size_t cursor_{0};
};

}  // namespace memray::tree
