// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/terminal/key_reader.h"

#include <algorithm>

#include "cli/terminal/curses.h"

namespace memray::terminal {
namespace {

constexpr std::chrono::milliseconds kDoubleClick{400};
constexpr wint_t kEscapeCode = 27;
constexpr wint_t kDeleteCode = 127;

KeyPress mouse_press() {
    MEVENT event{};
    if (::getmouse(&event) != OK) { return {}; }
    KeyPress press;
    press.column = static_cast<std::size_t>(std::max(event.x, 0));
    press.line = static_cast<std::size_t>(std::max(event.y, 0));
    if ((event.bstate & BUTTON1_DOUBLE_CLICKED) != 0) {
        press.key = Key::kDoubleClick;
    } else if ((event.bstate & (BUTTON1_PRESSED | BUTTON1_CLICKED)) != 0) {
        press.key = Key::kClick;
    } else if ((event.bstate & BUTTON4_PRESSED) != 0) {
        press.key = Key::kWheelUp;
    } else if ((event.bstate & BUTTON5_PRESSED) != 0) {
        press.key = Key::kWheelDown;
    }
    return press;
}

KeyPress function_key(wint_t code) {
    switch (code) {
        case KEY_UP:
            return {Key::kUp};
        case KEY_DOWN:
            return {Key::kDown};
        case KEY_LEFT:
            return {Key::kLeft};
        case KEY_RIGHT:
            return {Key::kRight};
        case KEY_PPAGE:
            return {Key::kPageUp};
        case KEY_NPAGE:
            return {Key::kPageDown};
        case KEY_HOME:
            return {Key::kHome};
        case KEY_END:
            return {Key::kEnd};
        case KEY_ENTER:
            return {Key::kEnter};
        case KEY_BACKSPACE:
            return {Key::kBackspace};
        case KEY_RESIZE:
            return {Key::kResize};
        case KEY_MOUSE:
            return mouse_press();
        default:
            return {};
    }
}

// What ncurses knows no name for begins like Escape, too: reads it to its end. False if it was the key itself.
bool skip_sequence() {
    wint_t code = 0;
    if (::wget_wch(stdscr, &code) != OK) { return false; }
    if (code != '[' && code != 'O') {
        ::unget_wch(static_cast<wchar_t>(code));
        return false;
    }
    while (::wget_wch(stdscr, &code) == OK && (code < '@' || code > '~')) {}
    return true;
}

KeyPress character_key(wint_t code) {
    switch (code) {
        case '\r':
        case '\n':
            return {Key::kEnter};
        case kEscapeCode:
            return skip_sequence() ? KeyPress{} : KeyPress{Key::kEscape};
        case '\b':
        case kDeleteCode:
            return {Key::kBackspace};
        default:
            return {Key::kCharacter, static_cast<wchar_t>(code)};
    }
}

}  // namespace

KeyPress KeyReader::with_double_clicks(KeyPress press) {
    if (press.key != Key::kClick) { return press; }
    const auto now = std::chrono::steady_clock::now();
    const bool again = press.line == clicked_line_ && now - clicked_ < kDoubleClick;
    if (again) { press.key = Key::kDoubleClick; }
    clicked_line_ = press.line;
    clicked_ = again ? std::chrono::steady_clock::time_point{} : now;
    return press;
}

std::optional<KeyPress> KeyReader::read(Wait wait) {
    wint_t code = 0;
    ::nodelay(stdscr, wait == Wait::kNo);
    const int kind = ::wget_wch(stdscr, &code);
    ::nodelay(stdscr, true);  // the rest of a key is there, or it is none
    switch (kind) {
        case KEY_CODE_YES:
            return with_double_clicks(function_key(code));
        case OK:
            return character_key(code);
        default:
            return std::nullopt;
    }
}

}  // namespace memray::terminal
