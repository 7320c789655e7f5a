// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What a command and its recorder of children say to each other (injection/channel.h).
#pragma once

#include <sys/types.h>

#include <climits>
#include <cstddef>

#include "injector/injection/channel.h"

namespace memray::recording {

// Message::kTrace.
struct TraceOrder {
    pid_t pid{0};
    injection::FixedText<PATH_MAX> output;  // of what it becomes
};

// Message::kDone.
struct ChildCounts {
    std::size_t recorded{0};  // those that are still recorded, and the traced first process, included
    std::size_t running{0};
    std::size_t unrecorded{0};
    bool first{false};  // the traced first process was recorded
};

}  // namespace memray::recording
