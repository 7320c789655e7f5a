// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The live view from its first line to its last: a connection, a terminal, and what keys do.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "cli/live/output_text.h"
#include "cli/live/scene.h"
#include "cli/live/watched.h"
#include "cli/terminal/screen.h"

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

    [[nodiscard]] Watched& shown() noexcept { return chosen_ ? *chosen_ : first_; }

    void wait();
    void take_news();
    void take_news_of_chosen();
    void take_notices();
    void list_processes();
    void notify(Notice notice);
    void draw();

    void press(const terminal::KeyPress& press);
    void press_in_help(std::ptrdiff_t rows);
    void press_in_input(const terminal::KeyPress& press);
    void press_key(const terminal::KeyPress& press);
    void press_character(wchar_t character);
    void click(const terminal::KeyPress& press, bool twice);
    void move(std::ptrdiff_t rows);
    void enter();
    [[nodiscard]] bool leave();
    void escape();
    void toggle_mark();
    void toggle_processes();
    void choose_process();
    void cycle_output();

    Watched first_;
    std::optional<Watched> chosen_;  // shown instead
    Process chosen_process_;
    OutputText output_text_;
    OutputPane pane_;
    State state_;
    Scene scene_;
    std::optional<terminal::Screen> screen_;
    bool left_{false};
    bool changed_{true};
    Clock::time_point next_draw_{};
    Clock::time_point notice_until_{};
};

}  // namespace memray::live
