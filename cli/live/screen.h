// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The terminal, by ncurses: draws lines and reads keys. One at a time; the terminal is restored on destruction.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

#include "cli/live/line.h"

namespace memray::live {

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
    kResize,
    kClick,
    kDoubleClick,
    kWheelUp,
    kWheelDown,
    kOther,
};
struct KeyPress {
    Key key{Key::kOther};
    wchar_t character{0};
    std::size_t column{0};  // of the mouse
    std::size_t line{0};
};

class Screen {
public:
    // Throws base::Error if TERM names a kind of terminal that is not known, or that cannot move its cursor.
    static void require_known_terminal();

    // Standard input and output are such a terminal.
    Screen();
    ~Screen();
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

    [[nodiscard]] std::size_t width() const;
    [[nodiscard]] std::size_t height() const;
    void draw(const std::vector<Line>& lines);
    // Does not wait.
    [[nodiscard]] std::optional<KeyPress> read_key();

private:
    KeyPress with_double_clicks(KeyPress press);

    std::size_t clicked_line_{0};
    std::chrono::steady_clock::time_point clicked_{};
};

}  // namespace memray::live
