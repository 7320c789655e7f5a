// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Draws a call tree as text: one line per call, with branches that lead to it from its caller.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace memray::report {

// Depth first from node 0, the root, on: draws each node, then what `callees` says is below it, in that order. `lead`
// is what stands before the node's own text.
void draw_text_tree(const std::function<void(std::uint32_t node, const std::string& lead)>& draw,
                    const std::function<std::vector<std::uint32_t>(std::uint32_t node)>& callees);

}  // namespace memray::report
