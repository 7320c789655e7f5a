// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The terminal that the process runs in, as long as an object of this class exists; it is then left as it was.
#pragma once

#include <memory>
#include <vector>

#include "cli/report/table.h"
#include "cli/tree/keys.h"
#include "cli/tree/tree_screen.h"

namespace memray::tree {

class CursesTerminal {
public:
    // Throws base::Error if the terminal's type ($TERM) is not known or cannot show pages.
    CursesTerminal();
    ~CursesTerminal();
    CursesTerminal(const CursesTerminal&) = delete;
    CursesTerminal& operator=(const CursesTerminal&) = delete;

    [[nodiscard]] ScreenSize size() const;
    void show(const std::vector<report::Line>& lines);
    // Waits for a key; kOther also when the size changed, kQuit when the terminal is gone.
    [[nodiscard]] Key read();

private:
    struct Screen;
    std::unique_ptr<Screen> screen_;
};

}  // namespace memray::tree
