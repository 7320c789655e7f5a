// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Launches a command under ptrace, follows it through shell wrappers and execs until it is CPython about to run its
// main program (entry of Py_RunMain: interpreter initialised, nothing of the user has run), loads the payload there,
// starts it, and detaches. Afterwards the target is an ordinary child process of the caller with no tracer.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "injector/base/mapping.h"
#include "injector/base/unique_fd.h"

namespace memray::session {

// Sizes of the shared region. The defaults suit everybody; tests use tiny rings.
struct RegionSizes {
    std::uint32_t slots{1024};
    std::uint32_t ring_words{32768};  // 256 KiB
    std::uint32_t frames{16384};
};

struct LaunchOptions {
    std::vector<std::string> command;  // argv, [0] is looked up on PATH
    std::string payload;               // path of libmemray_payload.so
    bool trace_python_allocators{false};
    RegionSizes sizes;
};

// A target with the payload loaded and waiting. Not yet recording, still stopped under ptrace.
struct Target {
    pid_t pid{0};
    base::UniqueFd pidfd;
    base::Mapping region;           // the shared memory, laid out
    std::string python_version;     // "3.11.2"
    std::string python_executable;  // resolved path
    std::string python_allocator;   // see capture::Metadata::python_allocator
};

// The command ended, was not Python, or is a Python that is not supported, before the payload could be loaded: what
// happened is in the message of the base::Error thrown. If the command simply ran to its end without being CPython,
// exit_status is its wait status.
class Launch {
public:
    // Starts the command and brings it to the point where it could run the program. Throws base::Error; then no process
    // of ours is left.
    explicit Launch(LaunchOptions options);
    ~Launch();  // kills a target that was not resumed
    Launch(const Launch&) = delete;
    Launch& operator=(const Launch&) = delete;

    [[nodiscard]] Target& target() noexcept { return target_; }

    // Switches the payload on, detaches, and lets the program run. Throws base::Error.
    void resume();

private:
    LaunchOptions options_;
    Target target_;
    bool resumed_{false};
};

}  // namespace memray::session
