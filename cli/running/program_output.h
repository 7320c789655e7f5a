// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Keeps what a program writes while the live view has the terminal: while it lives, standard output and error of this
// process, and so of programs it starts, are a terminal of their own (a pty), and what arrives there goes into a file.
// Standard input is empty.
#pragma once

#include <array>
#include <atomic>
#include <string>
#include <thread>

#include "injector/base/unique_fd.h"

namespace memray::cli {

class ProgramOutput {
public:
    // Makes a file for temporary files of the user's. Throws base::Error.
    explicit ProgramOutput(const std::string& program);
    ~ProgramOutput();  // restores the standard streams
    ProgramOutput(const ProgramOutput&) = delete;
    ProgramOutput& operator=(const ProgramOutput&) = delete;

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    // Our standard streams are the pty from here on.
    void redirect();
    // They are the user's again.
    void restore();
    // From now on the user sees what the program writes, too.
    void show() noexcept { shown_ = true; }
    // Reads what is left. Returns what there is to say of it: nothing if nothing was written (then the file is gone).
    // The last lines are in it if `failed`, and if the user has not seen them.
    [[nodiscard]] std::string finish(bool failed);

private:
    void pump();
    bool copy();

    std::string path_;
    base::UniqueFd file_;
    base::UniqueFd master_;
    base::UniqueFd slave_;
    std::array<base::UniqueFd, 3> streams_;  // the user's, while they are redirected
    std::atomic<bool> shown_{false};
    std::atomic<bool> over_{false};
    std::thread pump_;
};

}  // namespace memray::cli
