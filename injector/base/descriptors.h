// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What a process of ours holds open, and how much it may. Whoever waits for the end of a pipe must not wait for us: a
// descriptor that we were started with belongs to the program that we start, or to nobody.
#pragma once

#include <vector>

namespace memray::base {

// At the start of a program, before there are threads. Standard streams that are closed are opened, so that no file
// gets the number of one, but stay closed for programs that are executed. The limit on descriptors is raised as far as
// it may be.
void prepare_descriptors() noexcept;

// Before a forked child executes a program: gives it the limit that this one was started with. Only a system call.
void restore_descriptor_limit() noexcept;

// Closes what this process was started with, except the standard streams. All descriptors of ours have the
// close-on-exec flag, and none that was inherited can have it.
void close_inherited() noexcept;

// In a forked child that lives on: closes all but the standard streams and `kept`.
void close_all_but(std::vector<int> kept) noexcept;

// From now on they read and write nothing.
void close_standard_input() noexcept;
void close_standard_streams() noexcept;

}  // namespace memray::base
