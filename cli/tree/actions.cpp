// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/tree/actions.h"

#include <algorithm>

namespace memray::tree {
namespace {

using terminal::Key;

Action action_of_character(wchar_t character) noexcept {
    switch (character) {
        case L'q':
            return Action::kLeave;
        case L'a':
            return Action::kToggleAllFrames;
        case L'i':
            return Action::kToggleImports;
        case L'u':
            return Action::kToggleUninteresting;
        case L'e':
            return Action::kOpenLinearGroup;
        case L'h':
            return Action::kCloseOrLeave;
        case L'j':
            return Action::kDown;
        case L'k':
            return Action::kUp;
        case L'l':
            return Action::kOpenOrEnter;
        case L'g':
            return Action::kFirst;
        case L'G':
            return Action::kLast;
        case L' ':
            return Action::kToggle;
        default:
            return Action::kNone;
    }
}

// How far an action moves the cursor; 0 for those that do something else.
std::ptrdiff_t distance(const TreeModel& model, Action action, std::size_t page) {
    const auto rows = static_cast<std::ptrdiff_t>(model.rows().size());
    const auto step = static_cast<std::ptrdiff_t>(std::max<std::size_t>(page, 2)) - 1;
    switch (action) {
        case Action::kUp:
            return -1;
        case Action::kDown:
            return 1;
        case Action::kPageUp:
            return -step;
        case Action::kPageDown:
            return step;
        case Action::kFirst:
            return -rows;
        case Action::kLast:
            return rows;
        default:
            return 0;
    }
}

void change(TreeModel& model, Action action) {
    switch (action) {
        case Action::kToggle:
            return model.toggle();
        case Action::kOpenOrEnter:
            return model.open_or_enter();
        case Action::kCloseOrLeave:
            return model.close_or_leave();
        case Action::kOpenLinearGroup:
            return model.open_linear_group();
        case Action::kToggleAllFrames:
            return model.toggle_all_frames();
        case Action::kToggleImports:
            return model.toggle_imports();
        case Action::kToggleUninteresting:
            return model.toggle_uninteresting();
        default:
            return;
    }
}

}  // namespace

Action action_of(const terminal::KeyPress& press) noexcept {
    switch (press.key) {
        case Key::kCharacter:
            return action_of_character(press.character);
        case Key::kEnter:
            return Action::kToggle;
        case Key::kUp:
            return Action::kUp;
        case Key::kDown:
            return Action::kDown;
        case Key::kLeft:
            return Action::kCloseOrLeave;
        case Key::kRight:
            return Action::kOpenOrEnter;
        case Key::kPageUp:
            return Action::kPageUp;
        case Key::kPageDown:
            return Action::kPageDown;
        case Key::kHome:
            return Action::kFirst;
        case Key::kEnd:
            return Action::kLast;
        default:
            return Action::kNone;
    }
}

bool perform(TreeModel& model, Action action, std::size_t page) {
    model.move(distance(model, action, page));
    change(model, action);
    return action != Action::kLeave;
}

}  // namespace memray::tree
