// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Calls each of which holds exactly what the next one holds: 100 % of it. Reports show such a chain as one row, by the
// innermost call of the program's own code.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/report/call_tree.h"
#include "cli/report/frame_class.h"

namespace memray::report {

class CallChains {
public:
    // All must outlive this.
    CallChains(const StackView& view, const CallTree& tree, const ChildIndex& children)
        : view_(view), tree_(tree), children_(children), roles_(roles_of(view)) {}

    // The last call of the chain that begins with a node: by the first of the tree's selections. The root and processes
    // are chains by themselves.
    [[nodiscard]] std::uint32_t end(std::uint32_t first) const;

    // The calls from one node to one below it.
    [[nodiscard]] std::vector<std::uint32_t> calls(std::uint32_t first, std::uint32_t last) const;

    // The call that a chain is shown by.
    [[nodiscard]] std::uint32_t headline(const std::vector<std::uint32_t>& calls) const;

    // "<module> → main → load at app.py:12 → … → copy"
    [[nodiscard]] std::string text(const std::vector<std::uint32_t>& calls) const;

private:
    [[nodiscard]] const ViewFrame& frame(std::uint32_t node) const { return view_.frames[tree_.nodes[node].frame]; }
    [[nodiscard]] std::string name(std::uint32_t node) const;

    const StackView& view_;
    const CallTree& tree_;
    const ChildIndex& children_;
    const std::vector<Role> roles_;
};

}  // namespace memray::report
