// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A running Python process of which one thread is held at a safe point and can be made to call functions.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "injector/cpython/python_facts.h"
#include "injector/ptrace/remote_call.h"
#include "injector/ptrace/saved_registers.h"
#include "injector/safe_point/safe_point.h"

namespace memray::injection {

class EnteredTarget {
public:
    using Note = std::function<void(const std::string&)>;

    // Throws base::Error if it is not Python, cannot be traced, or no thread is safe before the deadline.
    EnteredTarget(pid_t pid, ptrace::Deadline deadline, Note note);
    // leave(), if that was not called.
    ~EnteredTarget();
    EnteredTarget(const EnteredTarget&) = delete;
    EnteredTarget& operator=(const EnteredTarget&) = delete;

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    [[nodiscard]] const cpython::PythonStop& python() const noexcept { return python_; }
    [[nodiscard]] const ptrace::RemoteMemory& memory() const noexcept { return *python_.memory; }
    [[nodiscard]] const elf::Modules& modules() const noexcept { return python_.modules; }
    [[nodiscard]] ptrace::RemoteCall& call() noexcept { return *call_; }
    // What was done, with the time since the last note.
    void note(const std::string& what);

    // The thread as it was found, running on.
    void leave();

private:
    Note note_;
    ptrace::Deadline last_note_;
    pid_t pid_;
    cpython::PythonStop python_;
    std::optional<ptrace::Tracee> thread_;
    ptrace::Deadline stopped_at_;
    std::optional<ptrace::SavedRegisters> saved_;
    std::optional<ptrace::RemoteCall> call_;
    bool left_{false};
};

// The facts of inspect_python(). Throws base::Error for an interpreter that is not initialised yet, or tears down.
[[nodiscard]] cpython::PythonFacts inspect_running_python(EnteredTarget& target);

}  // namespace memray::injection
