// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/source/injected_clone.h"

#include <linux/close_range.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <chrono>
#include <cstring>
#include <exception>
#include <optional>
#include <string_view>

#include "injector/base/error.h"
#include "injector/ptrace/remote_call.h"
#include "injector/ptrace/saved_registers.h"
#include "injector/ptrace/signal_frame.h"

#ifndef PTRACE_O_SUSPEND_SECCOMP
#define PTRACE_O_SUSPEND_SECCOMP (1 << 21)
#endif

namespace memray::heap {
namespace {

using base::RemoteAddr;
using ptrace::CallCode;
using ptrace::RemoteMemory;
using ptrace::Tracee;

constexpr std::chrono::seconds kClosing{10};
constexpr std::uint64_t kNoSystemCall = ~0ULL;  // orig_rax: nothing for the kernel to restart
constexpr std::int64_t kRestart = -513;         // ERESTARTNOINTR, of the kernel's own (include/linux/errno.h)
constexpr std::uint64_t kNoExitSignal = 0;      // in the flags of clone(2)

void throw_if_refused(std::int64_t result, const char* call = "clone") {
    if (result < 0) { throw CloneRefused(base::system_error(call, static_cast<int>(-result)).what()); }
}

// Where whoever begins with this stack pointer goes if it is let run: clone(2) returns to code that takes these
// registers from the stack.
RemoteAddr push_end(const RemoteMemory& memory, const ptrace::SavedRegisters& saved, const CallCode& code) {
    ptrace::Registers registers = saved.registers();
    registers.rip = code.system_call.value();
    registers.rax = SYS_exit_group;
    registers.rdi = 0;
    registers.orig_rax = kNoSystemCall;
    const RemoteAddr top = saved.frame().aligned_down(64) - 64;
    ptrace::SignalFrame frame = ptrace::make_bare_signal_frame(registers, ~ptrace::SignalMask{0}, top);
    std::memcpy(frame.bytes.data(), &code.returns_to, sizeof code.returns_to);
    memory.write(frame.address, frame.bytes.data(), frame.bytes.size());
    return frame.address;
}

// A process that was made here, which nobody will miss.
class Made {
public:
    // Each call has to end before the deadline.
    Made(Tracee& process, const CallCode& code, ptrace::Deadline deadline)
        : process_(process), code_(code), deadline_(deadline) {}

    // The result. `child`: whom the call has made.
    std::int64_t system_call(long number, const std::array<std::uint64_t, 3>& arguments, pid_t* child = nullptr) {
        ptrace::Registers registers = ptrace::get_registers(process_);
        registers.rip = code_.system_call.value();
        registers.rax = static_cast<std::uint64_t>(number);
        registers.orig_rax = kNoSystemCall;
        registers.rdi = arguments[0];
        registers.rsi = arguments[1];
        registers.rdx = arguments[2];
        registers.r10 = 0;
        registers.r8 = 0;
        ptrace::set_registers(process_, registers);
        std::int64_t result = 0;
        do {
            run_to_edge(nullptr);
            run_to_edge(child);
            result = static_cast<std::int64_t>(ptrace::get_registers(process_).rax);
        } while (result == kRestart);
        return result;
    }

private:
    // To where a system call begins or ends.
    void run_to_edge(pid_t* child) {
        for (;;) {
            process_.resume_to_system_call();
            const auto status = process_.wait_until(deadline_);
            if (!status) { throw CloneRefused("it takes too long"); }
            if (status->ended()) { throw base::Error("The copy of the process " + status->describe()); }
            if (status->kind() == ptrace::WaitKind::kSystemCall) { return; }
            if (status->kind() == ptrace::WaitKind::kClone && child != nullptr) { *child = process_.event_message(); }
        }
    }

    Tracee& process_;
    const CallCode& code_;
    ptrace::Deadline deadline_;
};

// The copy, or why there is none.
struct Outcome {
    std::optional<Tracee> copy;
    std::exception_ptr failure;
};

// In the helper, whose end this is.
Outcome clone_in_helper(pid_t id, RemoteAddr end, const CallCode& code, ptrace::Deadline deadline) noexcept {
    Outcome outcome;
    Tracee helper = Tracee::adopt(id, ptrace::OnDestroy::kKill);
    try {
        if (helper.wait().ended()) { throw base::Error("The copy of the process has died"); }
        pid_t copy = 0;
        const std::array<std::uint64_t, 3> arguments{CLONE_FILES | kNoExitSignal, end.value(), 0};
        throw_if_refused(Made(helper, code, deadline).system_call(SYS_clone, arguments, &copy));
        if (copy == 0) { throw base::Error("The copy of the process was not traced"); }
        outcome.copy.emplace(Tracee::adopt(copy, ptrace::OnDestroy::kKill));
    } catch (...) { outcome.failure = std::current_exception(); }
    return outcome;
}

// A process that adopts orphans would see the copy as a child (PR_SET_CHILD_SUBREAPER: prctl(2)).
void require_no_adoption(ptrace::RemoteCall& call, const RemoteMemory& memory) {
    const RemoteAddr answer = call.push(std::string_view("\0\0\0", 3));
    throw_if_refused(call.system_call(SYS_prctl, {PR_GET_CHILD_SUBREAPER, answer.value(), 0, 0, 0}), "prctl");
    if (memory.read<std::int32_t>(answer) != 0) {
        throw CloneRefused("it adopts orphans, so that it would see a copy of itself");
    }
}

unsigned long options_of(unsigned long options, bool may_suspend) {
    return may_suspend ? options | PTRACE_O_SUSPEND_SECCOMP : options;
}

}  // namespace

Tracee clone_process(Tracee& thread, const RemoteMemory& memory, const CallCode& code, bool may_suspend,
                     std::chrono::milliseconds limit) {
    const ptrace::Deadline deadline = std::chrono::steady_clock::now() + limit;
    ptrace::SavedRegisters saved(thread, memory);
    const RemoteAddr end = push_end(memory, saved, code);
    thread.set_options(options_of(PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE, may_suspend));
    ptrace::RemoteCall call(thread, memory, saved, code, 2 * limit);  // it waits for the helper
    require_no_adoption(call, memory);
    Outcome outcome;
    const std::int64_t helper =
        call.cloning_call(SYS_clone, {CLONE_VM | CLONE_VFORK | CLONE_FILES | kNoExitSignal, end.value(), 0, 0, 0},
                          [&](pid_t made) { outcome = clone_in_helper(made, end, code, deadline); });
    throw_if_refused(helper);
    call.system_call(SYS_wait4, {static_cast<std::uint64_t>(helper), 0, __WALL | WNOHANG, 0});
    saved.restore();
    thread.set_options(0);
    if (outcome.failure) { std::rethrow_exception(outcome.failure); }
    if (!outcome.copy) { throw base::Error("The copy of the process was not traced"); }
    return std::move(*outcome.copy);
}

void settle_clone(Tracee& copy, const CallCode& code, bool may_suspend) {
    if (copy.wait().ended()) { throw base::Error("The copy of the process has died"); }
    copy.set_options(options_of(PTRACE_O_EXITKILL, may_suspend));
    // CLOSE_RANGE_UNSHARE: an empty table of its own, nothing is closed for the program. Linux 5.9; before that the
    // program's files stay open as long as the copy.
    Made(copy, code, std::chrono::steady_clock::now() + kClosing)
        .system_call(SYS_close_range, {0, ~0U, CLOSE_RANGE_UNSHARE});
}

}  // namespace memray::heap
