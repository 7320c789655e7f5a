// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The nodes of a call tree, without amounts: what there can be millions of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cli/report/call_tree.h"

namespace memray::report {

struct CallNodes {
    std::vector<CallNode> nodes{CallNode{}};
    std::vector<std::uint32_t> of_site;  // as in CallTree
};

[[nodiscard]] CallNodes build_call_nodes(const capture::Profile& profile, const StackView& view,
                                         const std::vector<Selection>& selections, const CallTreeOptions& options);

// The tree of these nodes with what they hold.
[[nodiscard]] CallTree with_amounts(CallNodes nodes, const std::vector<Selection>& selections);

}  // namespace memray::report
