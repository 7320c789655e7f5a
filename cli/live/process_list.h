// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The processes of a run to choose one from, in the place of the table.
#pragma once

#include <cstddef>
#include <vector>

#include "injector/live/process_board.h"

namespace memray::live {

struct Scene;

struct ProcessList {
    std::vector<Process> processes;  // the first one is that which was started; empty if no children are followed
    std::size_t shown{0};            // the one that the table is of
    std::size_t cursor{0};
    bool open{false};

    void move_cursor(std::ptrdiff_t rows);
};

void add_processes(Scene& scene, const ProcessList& list, std::size_t width, std::size_t height);

}  // namespace memray::live
