// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What waitpid reported about a traced thread, decoded. Nothing else in the project looks at the bits of a wait status
// of a tracee.
#pragma once

#include <string>

namespace memray::ptrace {

enum class WaitKind {
    kExited,      // code: exit status
    kKilled,      // code: signal
    kSignal,      // about to receive a signal; code: signal. Resuming with it delivers it, resuming with 0 drops it.
    kGroupStop,   // stopped by job control; code: the signal. Tracee::listen() keeps it stopped.
    kEventStop,   // stopped by Tracee::interrupt(), or freshly attached; code: 0
    kSystemCall,  // enters or leaves one, after Tracee::resume_to_system_call(); code: 0
    kExec,        // has just executed another program; code: 0
    kClone,       // has just made a thread, or a process by clone(2); code: 0
    kFork,        // has just made a process; code: 0
    kVfork,       // the same, and waits until that executes or exits; code: 0
    kExiting,     // is about to exit; code: 0
    kOther,       // anything the options did not ask for; code: the raw status
};

class WaitStatus {
public:
    explicit WaitStatus(int raw) noexcept;

    [[nodiscard]] WaitKind kind() const noexcept { return kind_; }
    [[nodiscard]] int code() const noexcept { return code_; }
    // As waitpid returned it.
    [[nodiscard]] int raw() const noexcept { return raw_; }

    [[nodiscard]] bool ended() const noexcept { return kind_ == WaitKind::kExited || kind_ == WaitKind::kKilled; }
    [[nodiscard]] bool is_signal(int signal) const noexcept { return kind_ == WaitKind::kSignal && code_ == signal; }
    // "exited with status 1", "was killed by SIGSEGV", ...
    [[nodiscard]] std::string describe() const;

private:
    int raw_;
    WaitKind kind_{WaitKind::kOther};
    int code_;
};

// "SIGSEGV"; "signal 40" where there is no name.
[[nodiscard]] std::string signal_name(int signal);

}  // namespace memray::ptrace
