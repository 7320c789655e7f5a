// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The terminal that standard input and output are, by ncurses: draws lines and reads keys. One at a time, on one
// thread; the terminal is left as it was on destruction.
#pragma once

#include <optional>
#include <vector>

#include "cli/terminal/key_reader.h"
#include "cli/terminal/kind.h"
#include "cli/terminal/line.h"

struct screen;  // ncurses' SCREEN

namespace memray::terminal {

struct ScreenOptions {
    bool mouse{false};   // clicks and the wheel are keys, and no longer the terminal's own
    bool signals{true};  // Ctrl-C, Ctrl-Z send signals; else they are characters
};

class Screen {
public:
    // Throws base::Error if the terminal's kind (TERM) is not known or cannot show pages.
    explicit Screen(const ScreenOptions& options);
    ~Screen();
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

    [[nodiscard]] Size size() const;
    // Lines that do not fit are cut off.
    void draw(const std::vector<Line>& lines);
    // Does not wait. None: nothing was typed.
    [[nodiscard]] std::optional<KeyPress> read_key() { return keys_.read(Wait::kNo); }
    // None: the terminal is gone.
    [[nodiscard]] std::optional<KeyPress> wait_for_key() { return keys_.read(Wait::kYes); }

private:
    ::screen* screen_;
    KeyReader keys_;
};

}  // namespace memray::terminal
