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
};

// What hides frames that most readers look past: see frame_class.h. Their callees move to their callers.
[[nodiscard]] StackView without_frames(const StackView& view, std::uint8_t classes);

// Children of a node, the largest first.
[[nodiscard]] std::vector<std::uint32_t> largest_first(const CallTree& tree, const ChildIndex& children,
                                                       std::uint32_t node);

// One line per call, indented below its caller; what CPython does to call functions is left out.
[[nodiscard]] std::string tree_text(const capture::Profile& profile, const StackView& view, const TreeOptions& options);

// Fields: selection, not_shown[stacks, bytes, num_allocations], nodes[], metadata. Callers come before their callees;
// of each: parent (number of the caller, null for the root), function, file, line, kind ("python", "native"), bytes and
// num_allocations with callees, own_bytes and own_num_allocations without.
[[nodiscard]] std::string tree_json(const capture::Profile& profile, const StackView& view, const TreeOptions& options);

}  // namespace memray::report
