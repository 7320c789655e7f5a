// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/ptrace/wait_status.h"

#include <sys/ptrace.h>
#include <sys/wait.h>

#include <csignal>
#include <cstring>
#include <utility>

namespace memray::ptrace {
namespace {

constexpr int kSystemCallBit = 0x80;  // PTRACE_O_TRACESYSGOOD

// A stop with an event number in bits 16 and up.
std::pair<WaitKind, int> decode_event(int event, int signal, int raw) noexcept {
    switch (event) {
        case PTRACE_EVENT_STOP:
            return signal == SIGTRAP ? std::pair(WaitKind::kEventStop, 0) : std::pair(WaitKind::kGroupStop, signal);
        case PTRACE_EVENT_EXEC:
            return {WaitKind::kExec, 0};
        case PTRACE_EVENT_CLONE:
            return {WaitKind::kClone, 0};
        case PTRACE_EVENT_FORK:
            return {WaitKind::kFork, 0};
        case PTRACE_EVENT_VFORK:
            return {WaitKind::kVfork, 0};
        case PTRACE_EVENT_EXIT:
            return {WaitKind::kExiting, 0};
        default:
            return {WaitKind::kOther, raw};
    }
}

std::pair<WaitKind, int> decode(int raw) noexcept {
    if (WIFEXITED(raw)) { return {WaitKind::kExited, WEXITSTATUS(raw)}; }
    if (WIFSIGNALED(raw)) { return {WaitKind::kKilled, WTERMSIG(raw)}; }
    if (!WIFSTOPPED(raw)) { return {WaitKind::kOther, raw}; }
    const int event = raw >> 16;
    if (event != 0) { return decode_event(event, WSTOPSIG(raw), raw); }
    if (WSTOPSIG(raw) == (SIGTRAP | kSystemCallBit)) { return {WaitKind::kSystemCall, 0}; }
    return {WaitKind::kSignal, WSTOPSIG(raw)};
}

}  // namespace

WaitStatus::WaitStatus(int raw) noexcept : raw_(raw), code_(raw) {
    const auto [kind, code] = decode(raw);
    kind_ = kind;
    code_ = code;
}

std::string WaitStatus::describe() const {
    switch (kind_) {
        case WaitKind::kExited:
            return "exited with status " + std::to_string(code_);
        case WaitKind::kKilled:
            return "was killed by " + signal_name(code_);
        case WaitKind::kSignal:
            return "received " + signal_name(code_);
        case WaitKind::kGroupStop:
            return "was stopped by " + signal_name(code_);
        case WaitKind::kEventStop:
            return "was interrupted";
        case WaitKind::kSystemCall:
            return "made a system call";
        case WaitKind::kExec:
            return "executed another program";
        case WaitKind::kClone:
        case WaitKind::kFork:
        case WaitKind::kVfork:
            return "made a thread or process";
        case WaitKind::kExiting:
            return "is exiting";
        case WaitKind::kOther:
            break;
    }
    return "reported wait status " + std::to_string(raw_);
}

std::string signal_name(int signal) {
    const char* abbreviation = ::sigabbrev_np(signal);
    return abbreviation != nullptr ? std::string("SIG") + abbreviation : "signal " + std::to_string(signal);
}

}  // namespace memray::ptrace
