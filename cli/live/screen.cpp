// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/live/screen.h"

#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1
#include <curses.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <clocale>
#include <cstdio>
#include <cstdlib>

#include "injector/base/error.h"

namespace memray::live {
namespace {

constexpr int kEscapeDelayMs = 25;
constexpr std::chrono::milliseconds kDoubleClick{400};
constexpr int kControlC = 3;
constexpr int kEscapeCode = 27;
constexpr int kDeleteCode = 127;

struct Look {
    Style style;
    short colour;  // of 16, -1: the terminal's own
    attr_t attributes;
};
// The terminal's own background everywhere, so that light and dark ones are both legible.
constexpr std::array kLooks{Look{Style::kPlain, -1, A_NORMAL},
                            Look{Style::kLabel, -1, A_BOLD},
                            Look{Style::kFaint, -1, A_DIM},
                            Look{Style::kBar, -1, A_REVERSE},
                            Look{Style::kBarKey, -1, A_REVERSE | A_BOLD | A_UNDERLINE},
                            Look{Style::kHeading, -1, A_BOLD},
                            Look{Style::kSorted, -1, A_BOLD | A_UNDERLINE},
                            Look{Style::kSection, COLOR_CYAN, A_BOLD},
                            Look{Style::kSmall, COLOR_GREEN, A_NORMAL},
                            Look{Style::kMedium, COLOR_GREEN, A_BOLD},
                            Look{Style::kLarge, COLOR_MAGENTA, A_BOLD},
                            Look{Style::kHuge, COLOR_RED, A_BOLD},
                            Look{Style::kHeapGraph, COLOR_GREEN, A_NORMAL},
                            Look{Style::kRssGraph, COLOR_BLUE, A_NORMAL},
                            Look{Style::kNotice, COLOR_GREEN, A_REVERSE},
                            Look{Style::kWarning, COLOR_MAGENTA, A_BOLD},
                            Look{Style::kFailure, COLOR_RED, A_BOLD}};

bool wants_colours() {
    const char* no_colour = std::getenv("NO_COLOR");
    return has_colors() && (no_colour == nullptr || *no_colour == '\0');
}

void prepare_colours() {
    if (!wants_colours()) { return; }
    start_color();
    use_default_colors();
    for (std::size_t i = 0; i < kLooks.size(); ++i) { init_pair(static_cast<short>(i + 1), kLooks[i].colour, -1); }
}

attr_t attributes_of(Style style) {
    const auto index = static_cast<std::size_t>(style);
    const attr_t colour = kLooks[index].colour >= 0 && wants_colours()
                              ? static_cast<attr_t>(COLOR_PAIR(static_cast<int>(index + 1)))
                              : A_NORMAL;
    return kLooks[index].attributes | colour;
}

void draw_line(int y, const Line& line, int width) {
    const attr_t more = line.selected ? A_REVERSE : A_NORMAL;
    ::wattrset(stdscr, static_cast<int>(attributes_of(line.fill) | more));
    ::wmove(stdscr, y, 0);
    if (line.fill != Style::kPlain || line.selected) {
        ::whline(stdscr, ' ' | (attributes_of(line.fill) | more), width);
    }
    for (const Span& span : line.spans) {
        ::wattrset(stdscr, static_cast<int>(attributes_of(span.style) | more));
        ::waddnstr(stdscr, span.text.c_str(), -1);
        if (getcury(stdscr) != y) { break; }  // it was too long
    }
}

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
        case kControlC:
            return {Key::kCharacter, L'q'};
        default:
            return {Key::kCharacter, static_cast<wchar_t>(code)};
    }
}

}  // namespace

Screen::Screen() {
    if (std::setlocale(LC_ALL, "") == nullptr || MB_CUR_MAX == 1) { std::setlocale(LC_CTYPE, "C.UTF-8"); }
    if (::newterm(nullptr, stdout, stdin) == nullptr) { throw base::Error("The live view cannot use this terminal"); }
    // Keys are keys here, no signals: Ctrl-C leaves the view. Typed when it is closed they are the program's, as alone.
    ::raw();
    ::noecho();
    ::nonl();
    ::keypad(stdscr, true);
    ::nodelay(stdscr, true);
    ::set_escdelay(kEscapeDelayMs);
    ::curs_set(0);
    ::mousemask(ALL_MOUSE_EVENTS, nullptr);  // for one that is not wanted it would wait, whatever nodelay() says
    ::mouseinterval(0);                      // else a click comes after the keys that follow it
    prepare_colours();
}

// Not every terminal has a second screen: on the others the last line is for what is printed next.
Screen::~Screen() {
    ::wattrset(stdscr, A_NORMAL);
    ::wmove(stdscr, getmaxy(stdscr) - 1, 0);
    ::wclrtoeol(stdscr);
    ::wrefresh(stdscr);
    ::endwin();
}

std::size_t Screen::width() const { return static_cast<std::size_t>(std::max(getmaxx(stdscr), 1)); }
std::size_t Screen::height() const { return static_cast<std::size_t>(std::max(getmaxy(stdscr), 1)); }

void Screen::draw(const std::vector<Line>& lines) {
    ::werase(stdscr);
    for (std::size_t i = 0; i < lines.size() && i < height(); ++i) {
        draw_line(static_cast<int>(i), lines[i], static_cast<int>(width()));
    }
    ::wrefresh(stdscr);
}

KeyPress Screen::with_double_clicks(KeyPress press) {
    if (press.key != Key::kClick) { return press; }
    const auto now = std::chrono::steady_clock::now();
    const bool again = press.line == clicked_line_ && now - clicked_ < kDoubleClick;
    if (again) { press.key = Key::kDoubleClick; }
    clicked_line_ = press.line;
    clicked_ = again ? std::chrono::steady_clock::time_point{} : now;
    return press;
}

std::optional<KeyPress> Screen::read_key() {
    wint_t code = 0;
    switch (::wget_wch(stdscr, &code)) {
        case KEY_CODE_YES:
            return with_double_clicks(function_key(code));
        case OK:
            return character_key(code);
        default:
            return std::nullopt;
    }
}

}  // namespace memray::live
