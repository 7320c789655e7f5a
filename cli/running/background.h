// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Work that goes on after the command has returned.
#pragma once

#include <functional>

namespace memray::cli {

// Forks; the child, in a session of its own, runs `prepare`, and this process waits for that to succeed: its
// base::Error is thrown here. Then the child's standard streams are closed and it runs `work`; false from `prepare` or
// nobody waiting any more: `abandon` instead.
void run_in_background(const std::function<void()>& prepare, const std::function<void()>& work,
                       const std::function<void()>& abandon);

}  // namespace memray::cli
