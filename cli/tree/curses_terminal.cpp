// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/tree/curses_terminal.h"

#define NCURSES_NOMACROS 1  // its macros have the names of functions of the standard library
#include <curses.h>
#include <langinfo.h>

#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "injector/base/error.h"

namespace memray::tree {
namespace {

constexpr short kDefault = -1;
constexpr short kFirstPair = 1;

attr_t coloured(short colour, attr_t attributes = A_NORMAL) {
    return attributes | static_cast<attr_t>(COLOR_PAIR(kFirstPair + colour));
}

attr_t attributes_of(report::Style style) {
    switch (style) {
        case report::Style::kNone:
            return A_NORMAL;
        case report::Style::kBold:
            return A_BOLD;
        case report::Style::kBoldMagenta:
            return coloured(COLOR_MAGENTA, A_BOLD);
        case report::Style::kCyan:
            return coloured(COLOR_CYAN);
        case report::Style::kRed:
            return coloured(COLOR_RED);
        case report::Style::kYellow:
            return coloured(COLOR_YELLOW);
        case report::Style::kGreen:
        case report::Style::kBrightGreen:
            return coloured(COLOR_GREEN);
        case report::Style::kDim:
            return A_DIM;
        case report::Style::kReverse:
            return A_REVERSE;
    }
    return A_NORMAL;
}

// Reports are UTF-8, whatever the locale says.
void use_utf8() {
    std::setlocale(LC_CTYPE, "");
    if (std::string_view(::nl_langinfo(CODESET)) != "UTF-8") { std::setlocale(LC_CTYPE, "C.UTF-8"); }
}

void use_colours() {
    const char* unwanted = std::getenv("NO_COLOR");
    if ((unwanted != nullptr && *unwanted != '\0') || !has_colors()) { return; }
    start_color();
    const bool own_background = use_default_colors() == OK;
    for (short colour = COLOR_BLACK; colour <= COLOR_WHITE; ++colour) {
        init_pair(static_cast<short>(kFirstPair + colour), colour, own_background ? kDefault : short{COLOR_BLACK});
    }
}

Key key_of_code(int code) {
    switch (code) {
        case KEY_UP:
            return Key::kUp;
        case KEY_DOWN:
            return Key::kDown;
        case KEY_LEFT:
            return Key::kLeft;
        case KEY_RIGHT:
            return Key::kRight;
        case KEY_PPAGE:
            return Key::kPageUp;
        case KEY_NPAGE:
            return Key::kPageDown;
        case KEY_HOME:
            return Key::kHome;
        case KEY_END:
            return Key::kEnd;
        case KEY_ENTER:
            return Key::kEnter;
        default:
            return code > 0 && code < 0x80 ? key_of(static_cast<char>(code)) : Key::kOther;
    }
}

}  // namespace

struct CursesTerminal::Screen {
    SCREEN* screen{nullptr};
};

CursesTerminal::CursesTerminal() : screen_(std::make_unique<Screen>()) {
    use_utf8();
    screen_->screen = ::newterm(nullptr, stdout, stdin);
    if (screen_->screen == nullptr) {
        const char* type = std::getenv("TERM");
        throw base::Error("The terminal cannot show pages (TERM=" + std::string(type == nullptr ? "" : type) + ")");
    }
    cbreak();
    noecho();
    keypad(stdscr, true);
    curs_set(0);
    use_colours();
}

CursesTerminal::~CursesTerminal() {
    ::endwin();
    ::delscreen(screen_->screen);
}

ScreenSize CursesTerminal::size() const {
    return {static_cast<std::size_t>(getmaxx(stdscr)), static_cast<std::size_t>(getmaxy(stdscr))};
}

void CursesTerminal::show(const std::vector<report::Line>& lines) {
    erase();
    for (std::size_t i = 0; i < lines.size(); ++i) {
        move(static_cast<int>(i), 0);
        for (const report::Span& span : lines[i]) {
            attrset(static_cast<int>(attributes_of(span.style)));
            addnstr(span.text.data(), static_cast<int>(span.text.size()));
        }
    }
    attrset(A_NORMAL);
    refresh();
}

Key CursesTerminal::read() {
    const int code = getch();
    return code == ERR ? Key::kQuit : key_of_code(code);
}

}  // namespace memray::tree
