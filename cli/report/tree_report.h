// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Who called whom to allocate, as text for people and as JSON for programs.
#pragma once

#include <cstddef>
#include <string>

#include "cli/report/call_tree.h"

namespace memray::report {

inline constexpr std::size_t kDefaultBiggest = 200;

struct TreeOptions {
    SelectionChoice selection;
    std::size_t biggest{kDefaultBiggest};  // stacks shown
    bool all_frames{false};                // every call is a line of its own; else the view is that of my_code.h
};

// What hides frames that most readers look past: see frame_class.h. Their callees move to their callers.
[[nodiscard]] StackView without_frames(const StackView& view, std::uint8_t classes);

// Children of a node, the largest first.
[[nodiscard]] std::vector<std::uint32_t> largest_first(const CallTree& tree, const ChildIndex& children,
                                                       std::uint32_t node);

// One line per call, indented below its caller; calls that hold the same are one (call_chain.h), unless all frames are
// to be shown.
[[nodiscard]] std::string tree_text(const capture::Profile& profile, const StackView& view, const TreeOptions& options);

// Fields: selection, frames ("own" or "all"), not_shown[stacks, bytes, num_allocations], nodes[], metadata. Callers
// come before their callees; of each: parent (number of the caller, null for the root), function, file, line, kind
// ("python", "native"), bytes and num_allocations with callees, own_bytes and own_num_allocations without.
[[nodiscard]] std::string tree_json(const capture::Profile& profile, const StackView& view, const TreeOptions& options);

}  // namespace memray::report
