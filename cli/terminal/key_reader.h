// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Keys of the open screen: from what ncurses reads to a KeyPress.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "cli/terminal/key_press.h"

namespace memray::terminal {

enum class Wait : bool { kNo, kYes };

class KeyReader {
public:
    // None: nothing was typed; after a wait, the terminal is gone.
    [[nodiscard]] std::optional<KeyPress> read(Wait wait);

private:
    KeyPress with_double_clicks(KeyPress press);

    std::size_t clicked_line_{0};
    std::chrono::steady_clock::time_point clicked_{};
};

}  // namespace memray::terminal
