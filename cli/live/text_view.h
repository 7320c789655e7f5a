// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The live view where there is no terminal to draw on (a pipe, a file, TERM=dumb): the state as text, every few seconds
// in which there was something new, and once more at the end.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>

#include "cli/live/watched.h"

namespace memray::live {

class TextView {
public:
    // `stream` stays open as long as this lives.
    TextView(base::UniqueFd socket, std::FILE* stream);

    // Returns when the program has ended, or when there is a `q` on standard input. Throws base::Error if the other end
    // makes no sense.
    void run();

private:
    using Clock = std::chrono::steady_clock;

    void wait();
    void read_keys();
    void print_if_due();
    void print_state();
    void print_end();

    Watched watched_;
    std::FILE* stream_;
    Clock::time_point next_text_{};
    std::uint64_t updates_shown_{0};
    bool has_input_{true};
    bool left_{false};
};

}  // namespace memray::live
