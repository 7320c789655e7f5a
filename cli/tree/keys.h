// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What the keys of the tree view do.
#pragma once

#include <cstddef>
#include <cstdint>

#include "cli/tree/tree_model.h"

namespace memray::tree {

enum class Key : std::uint8_t {
    kOther,
    kUp,
    kDown,
    kLeft,
    kRight,
    kPageUp,
    kPageDown,
    kHome,
    kEnd,
    kEnter,
    kQuit,
    kImports,
    kUninteresting,
    kLinearGroup,
};

// q, i, u, e and those of vi; space is Enter.
[[nodiscard]] Key key_of(char character) noexcept;

// `page`: rows that the screen shows. False if the user wants to leave.
[[nodiscard]] bool press(TreeModel& model, Key key, std::size_t page);

}  // namespace memray::tree
