// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/tree/keys.h"

#include <algorithm>

namespace memray::tree {
namespace {

// How far a key moves the cursor; 0 for those that do something else.
std::ptrdiff_t distance(const TreeModel& model, Key key, std::size_t page) {
    const auto rows = static_cast<std::ptrdiff_t>(model.rows().size());
    const auto step = static_cast<std::ptrdiff_t>(std::max<std::size_t>(page, 2)) - 1;
    switch (key) {
        case Key::kUp:
            return -1;
        case Key::kDown:
            return 1;
        case Key::kPageUp:
            return -step;
        case Key::kPageDown:
            return step;
        case Key::kHome:
            return -rows;
        case Key::kEnd:
            return rows;
        default:
            return 0;
    }
}

void change(TreeModel& model, Key key) {
    switch (key) {
        case Key::kEnter:
            model.toggle();
            break;
        case Key::kRight:
            model.open_or_enter();
            break;
        case Key::kLeft:
            model.close_or_leave();
            break;
        case Key::kLinearGroup:
            model.open_linear_group();
            break;
        case Key::kImports:
            model.toggle_imports();
            break;
        case Key::kUninteresting:
            model.toggle_uninteresting();
            break;
        default:
            break;
    }
}

}  // namespace

Key key_of(char character) noexcept {
    switch (character) {
        case 'q':
            return Key::kQuit;
        case 'i':
            return Key::kImports;
        case 'u':
            return Key::kUninteresting;
        case 'e':
            return Key::kLinearGroup;
        case 'h':
            return Key::kLeft;
        case 'j':
            return Key::kDown;
        case 'k':
            return Key::kUp;
        case 'l':
            return Key::kRight;
        case 'g':
            return Key::kHome;
        case 'G':
            return Key::kEnd;
        case ' ':
        case '\n':
        case '\r':
            return Key::kEnter;
        default:
            return Key::kOther;
    }
}

bool press(TreeModel& model, Key key, std::size_t page) {
    model.move(distance(model, key, page));
    change(model, key);
    return key != Key::kQuit;
}

}  // namespace memray::tree
