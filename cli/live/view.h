// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The live view from its first line to its last: a connection, a terminal, and what keys do.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "cli/live/connection.h"
#include "cli/live/model.h"
#include "cli/live/output_text.h"
#include "cli/live/scene.h"
#include "cli/live/screen.h"

namespace memray::live {

struct ViewOptions {
    std::string output_path;  // what the program writes; empty if it has a terminal of its own
};

class View {
public:
    View(base::UniqueFd socket, const ViewOptions& options);

    // Returns when the user leaves. Throws base::Error, with the terminal restored, if the other end makes no sense.
    void run();

private:
    using Clock = std::chrono::steady_clock;

    void wait();
    void take_news();
    void refresh_model();
    void draw();
    void press(const KeyPress& press);
    void press_in_input(const KeyPress& press);
    void press_character(wchar_t character);
    void click(const KeyPress& press, bool twice);
    void move(std::ptrdiff_t rows);
    void escape();
    void toggle_mark();
    void cycle_output();

    Connection connection_;
    OutputText output_text_;
    Model model_;
    OutputPane pane_;
    State state_;
    Scene scene_;
    std::optional<Screen> screen_;
    bool marked_{false};
    bool left_{false};
    bool changed_{true};
    Clock::time_point next_draw_{};
    Clock::time_point next_model_{};
    Clock::time_point notice_until_{};
};

}  // namespace memray::live
