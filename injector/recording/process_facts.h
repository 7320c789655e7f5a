// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What a capture says of the recording and the process that it is of.
#pragma once

#include <sys/types.h>

#include <string>

#include "injector/capture/profile.h"
#include "injector/recording/order.h"
#include "injector/region/target.h"

namespace memray::recording {

// The command line of a process, with spaces; empty if it is gone.
[[nodiscard]] std::string command_line_of(pid_t pid);

// Of what a command is about to record: its run, and what is recorded.
[[nodiscard]] capture::Metadata new_metadata(const Order& order);

// One line on standard error if the interpreter is newer than this program knows: it is recorded without Python
// stacks.
void warn_of_unknown_python(const region::Target& target);

// Its id, its Python, when it was made, and that its recording begins where its program does.
void describe_process(const region::Target& target, capture::Metadata& metadata);
// The same of one that was forked from a recorded process; its Python is that one's.
void describe_forked(pid_t pid, capture::Metadata& metadata);

}  // namespace memray::recording
