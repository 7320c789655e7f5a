// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/terminal/screen.h"

#include <langinfo.h>

#include <algorithm>
#include <array>
#include <clocale>
#include <cstdio>
#include <string>
#include <string_view>

#include "cli/terminal/curses.h"
#include "injector/base/error.h"

namespace memray::terminal {
namespace {

constexpr int kEscapeDelayMs = 25;
// Of Colour; each is the pair of its number. -1: the terminal's own, which is pair 0 whatever was prepared.
constexpr std::array<short, 7> kColours{-1,         COLOR_RED,     COLOR_GREEN, COLOR_YELLOW,
                                        COLOR_BLUE, COLOR_MAGENTA, COLOR_CYAN};
static_assert(kColours.size() == static_cast<std::size_t>(Colour::kCyan) + 1);

// What is shown is UTF-8, whatever the locale says.
void use_utf8() {
    std::setlocale(LC_CTYPE, "");
    if (std::string_view(::nl_langinfo(CODESET)) != "UTF-8") { std::setlocale(LC_CTYPE, "C.UTF-8"); }
}

// Colours that were not prepared are ignored.
void prepare_colours() {
    if (!colours_allowed() || !has_colors()) { return; }
    start_color();
    const short background = use_default_colors() == OK ? short{-1} : short{COLOR_BLACK};
    for (std::size_t i = 1; i < kColours.size(); ++i) { init_pair(static_cast<short>(i), kColours[i], background); }
}

void prepare_keys(const ScreenOptions& options) {
    options.signals ? ::cbreak() : ::raw();
    ::noecho();
    ::nonl();
    ::keypad(stdscr, true);
    ::set_escdelay(kEscapeDelayMs);
    if (!options.mouse) { return; }
    ::mousemask(ALL_MOUSE_EVENTS, nullptr);  // for one that is not wanted it would wait, whatever nodelay() says
    ::mouseinterval(0);                      // else a click comes after the keys that follow it
}

attr_t attributes_of(const Look& look) {
    const auto pair = static_cast<attr_t>(COLOR_PAIR(static_cast<int>(look.colour)));
    return pair | (look.bold ? A_BOLD : A_NORMAL) | (look.dim ? A_DIM : A_NORMAL) |
           (look.underlined ? A_UNDERLINE : A_NORMAL) | (look.reversed ? A_REVERSE : A_NORMAL);
}

void draw_line(int y, const Line& line, int width) {
    const attr_t more = line.selected ? A_REVERSE : A_NORMAL;
    const attr_t fill = attributes_of(line.fill) | more;
    ::wattrset(stdscr, static_cast<int>(fill));  // else those of the last span are added to it
    ::wmove(stdscr, y, 0);
    if (fill != A_NORMAL) { ::whline(stdscr, ' ' | fill, width); }
    for (const Span& span : line.spans) {
        ::wattrset(stdscr, static_cast<int>(attributes_of(span.look) | more));
        ::waddnstr(stdscr, span.text.data(), static_cast<int>(span.text.size()));
        if (getcury(stdscr) != y) { break; }  // it was too long
    }
}

}  // namespace

Screen::Screen(const ScreenOptions& options) {
    use_utf8();
    screen_ = ::newterm(nullptr, stdout, stdin);
    if (screen_ == nullptr) {
        throw base::Error("The terminal cannot show pages (TERM=" + std::string(kind().value_or("")) + ")");
    }
    prepare_keys(options);
    ::curs_set(0);
    prepare_colours();
}

// Not every terminal has a second screen: on the others the last line is for what is printed next.
Screen::~Screen() {
    ::wattrset(stdscr, A_NORMAL);
    ::wmove(stdscr, getmaxy(stdscr) - 1, 0);
    ::wclrtoeol(stdscr);
    ::wrefresh(stdscr);
    ::endwin();
    ::delscreen(screen_);
}

Size Screen::size() const {
    return {static_cast<std::size_t>(std::max(getmaxx(stdscr), 1)),
            static_cast<std::size_t>(std::max(getmaxy(stdscr), 1))};
}

void Screen::draw(const std::vector<Line>& lines) {
    const Size size = this->size();
    ::werase(stdscr);
    for (std::size_t i = 0; i < std::min(lines.size(), size.lines); ++i) {
        draw_line(static_cast<int>(i), lines[i], static_cast<int>(size.columns));
    }
    ::wrefresh(stdscr);
}

}  // namespace memray::terminal
