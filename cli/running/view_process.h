// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The live view in a process of its own, so that neither its speed nor its faults touch the recording. It has standard
// input, and a terminal, until the user leaves; it shows nothing before the recorder says hello.
#pragma once

#include <sys/types.h>
#include <termios.h>

#include <cstdio>
#include <string>

#include "injector/base/child_process.h"
#include "injector/base/unique_fd.h"

namespace memray::cli {

class ViewProcess {
public:
    // To be made while there are no other threads. `output_path`: see live::ViewOptions; `text`: see live::watch().
    // Throws base::Error.
    ViewProcess(const std::string& output_path, std::FILE* text);
    ~ViewProcess();  // ends it
    ViewProcess(const ViewProcess&) = delete;
    ViewProcess& operator=(const ViewProcess&) = delete;

    // The end of its connection that is the recorder's. Once.
    [[nodiscard]] base::UniqueFd take_socket() { return std::move(socket_); }
    // The user has left it. Then the terminal is as it was before.
    [[nodiscard]] bool has_ended();
    void wait();

private:
    void restore_terminal();

    base::UniqueFd socket_;
    base::ChildProcess process_;
    termios before_{};
};

}  // namespace memray::cli
