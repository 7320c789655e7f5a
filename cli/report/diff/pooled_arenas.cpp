// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/diff/pooled_arenas.h"

#include <cstddef>
#include <cstdint>

namespace memray::report {
namespace {

std::uint32_t add_text(StackView& view, const char* text) {
    view.strings.emplace_back(text);
    return static_cast<std::uint32_t>(view.strings.size() - 1);
}

std::uint32_t add_row(StackView& view) {
    const std::uint32_t name = add_text(view, "PYTHON_ARENA: arenas of pymalloc");
    view.frames.push_back({name, add_text(view, "")});
    view.stacks.push_back({capture::kRootStack, static_cast<std::uint32_t>(view.frames.size() - 1)});
    return static_cast<std::uint32_t>(view.stacks.size() - 1);
}

}  // namespace

void pool_arenas(const std::vector<capture::Site>& sites, StackView& view) {
    std::uint32_t row = capture::kRootStack;  // until there is one
    for (std::size_t i = 0; i < sites.size(); ++i) {
        if (sites[i].allocator != capture::Allocator::kArena || view.of_site[i] == kLeftOut) { continue; }
        if (row == capture::kRootStack) { row = add_row(view); }
        view.of_site[i] = row;
    }
}

}  // namespace memray::report
