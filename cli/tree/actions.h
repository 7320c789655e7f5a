// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What the keys of the tree view do.
#pragma once

#include <cstddef>
#include <cstdint>

#include "cli/terminal/key_press.h"
#include "cli/tree/tree_model.h"

namespace memray::tree {

enum class Action : std::uint8_t {
    kNone,
    kUp,
    kDown,
    kPageUp,
    kPageDown,
    kFirst,
    kLast,
    kToggle,
    kOpenOrEnter,
    kCloseOrLeave,
    kOpenLinearGroup,
    kToggleAllFrames,
    kToggleImports,
    kToggleUninteresting,
    kLeave,
};

// q, a, i, u, e, those of vi, and the keys with names; space is Enter.
[[nodiscard]] Action action_of(const terminal::KeyPress& press) noexcept;

// `page`: rows that the screen shows. False if the user wants to leave.
[[nodiscard]] bool perform(TreeModel& model, Action action, std::size_t page);

}  // namespace memray::tree
