// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/text_tree.h"

#include <utility>

namespace memray::report {
namespace {

struct Pending {
    std::uint32_t node;
    std::string rail;  // of its caller's line
    bool last;         // of its caller's callees
};

}  // namespace

// By a list of what is to come: stacks may be deeper than this one.
void draw_text_tree(const std::function<void(std::uint32_t node, const std::string& lead)>& draw,
                    const std::function<std::vector<std::uint32_t>(std::uint32_t node)>& callees) {
    std::vector<Pending> pending{{0, "", true}};
    while (!pending.empty()) {
        const Pending next = std::move(pending.back());
        pending.pop_back();
        const bool root = next.node == 0;
        draw(next.node, next.rail + (root ? "" : next.last ? "└─ " : "├─ "));
        const std::vector<std::uint32_t> below = callees(next.node);
        const std::string rail = next.rail + (root ? "" : next.last ? "   " : "│  ");
        for (std::size_t i = below.size(); i-- > 0;) { pending.push_back({below[i], rail, i + 1 == below.size()}); }
    }
}

}  // namespace memray::report
