// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What was typed, or done with the mouse.
#pragma once

#include <cstddef>
#include <cstdint>

namespace memray::terminal {

enum class Key : std::uint8_t {
    kCharacter,
    kEnter,
    kEscape,
    kBackspace,
    kUp,
    kDown,
    kLeft,
    kRight,
    kPageUp,
    kPageDown,
    kHome,
    kEnd,
    kResize,  // the terminal has another size now
    kClick,
    kDoubleClick,
    kWheelUp,
    kWheelDown,
    kOther,  // a key without a name here
};

struct KeyPress {
    Key key{Key::kOther};
    wchar_t character{0};   // of kCharacter; control characters are among them
    std::size_t column{0};  // of the mouse, from 0 on
    std::size_t line{0};
};

}  // namespace memray::terminal
