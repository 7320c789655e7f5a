// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/ptrace/wait_status.h"

#include <sys/ptrace.h>

#include <catch2/catch.hpp>
#include <csignal>

using namespace memray::ptrace;

namespace {

constexpr int stop(int signal, int event = 0) { return (event << 16) | (signal << 8) | 0x7f; }

}  // namespace

TEST_CASE("ends are told apart from stops") {
    const WaitStatus exited(3 << 8);
    CHECK(exited.kind() == WaitKind::kExited);
    CHECK(exited.code() == 3);
    CHECK(exited.ended());
    const WaitStatus killed(SIGSEGV | 0x80);  // with core dump
    CHECK(killed.kind() == WaitKind::kKilled);
    CHECK(killed.code() == SIGSEGV);
    CHECK(killed.ended());
    CHECK_FALSE(WaitStatus(stop(SIGSTOP)).ended());
}

TEST_CASE("a signal on its way is not a group stop") {
    CHECK(WaitStatus(stop(SIGSTOP)).is_signal(SIGSTOP));
    const WaitStatus group(stop(SIGTTIN, PTRACE_EVENT_STOP));
    CHECK(group.kind() == WaitKind::kGroupStop);
    CHECK(group.code() == SIGTTIN);
    CHECK_FALSE(group.is_signal(SIGTTIN));
    CHECK(WaitStatus(stop(SIGTRAP, PTRACE_EVENT_STOP)).kind() == WaitKind::kEventStop);
}

TEST_CASE("ptrace events have names") {
    CHECK(WaitStatus(stop(SIGTRAP, PTRACE_EVENT_EXEC)).kind() == WaitKind::kExec);
    CHECK(WaitStatus(stop(SIGTRAP, PTRACE_EVENT_CLONE)).kind() == WaitKind::kClone);
    CHECK(WaitStatus(stop(SIGTRAP, PTRACE_EVENT_VFORK)).kind() == WaitKind::kVfork);
    CHECK(WaitStatus(stop(SIGTRAP, PTRACE_EVENT_EXIT)).kind() == WaitKind::kExiting);
    CHECK(WaitStatus(stop(SIGTRAP, PTRACE_EVENT_SECCOMP)).kind() == WaitKind::kOther);
    CHECK(WaitStatus(stop(SIGTRAP)).is_signal(SIGTRAP));
}

TEST_CASE("what happened reads as the end of a sentence") {
    CHECK(WaitStatus(0).describe() == "exited with status 0");
    CHECK(WaitStatus(SIGKILL).describe() == "was killed by SIGKILL");
    CHECK(WaitStatus(stop(SIGTSTP, PTRACE_EVENT_STOP)).describe() == "was stopped by SIGTSTP");
    CHECK(WaitStatus(SIGRTMIN + 6).describe() == "was killed by signal " + std::to_string(SIGRTMIN + 6));
}
