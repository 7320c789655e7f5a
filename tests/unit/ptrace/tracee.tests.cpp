// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/ptrace/tracee.h"

#include <catch2/catch.hpp>
#include <cerrno>
#include <fstream>
#include <string>

#include "injector/base/error.h"
#include "tests/unit/ptrace/forked.h"

using namespace memray;
using namespace memray::ptrace;
using namespace memray::ptrace::tests;

TEST_CASE("an interrupted thread stops, and runs on when it is detached") {
    Forked child(spin);
    Tracee tracee = Tracee::seize(child.pid(), 0, OnDestroy::kKill);
    tracee.interrupt();
    CHECK(tracee.wait().kind() == WaitKind::kEventStop);
    tracee.detach();
    CHECK_FALSE(tracee.attached());
    child.shared().go = 1;
    CHECK(child.join() == 0);
}

TEST_CASE("on destruction a tracee is detached whether it stands or runs") {
    Forked child(spin);
    { const Tracee stopped = child.stop(); }
    { const Tracee running = Tracee::seize(child.pid(), 0, OnDestroy::kDetach); }
    child.shared().go = 1;
    CHECK(child.join() == 0);
}

TEST_CASE("on destruction a tracee is killed and reaped if so asked") {
    Forked child(spin);
    child.mark_reaped();
    { const Tracee tracee = Tracee::seize(child.pid(), 0, OnDestroy::kKill); }
    CHECK(::waitpid(child.pid(), nullptr, __WALL) == -1);
    CHECK(errno == ECHILD);
}

TEST_CASE("a wait with a deadline gives up when nothing happens") {
    Forked child(spin);
    Tracee tracee = child.stop();
    tracee.resume();
    CHECK_FALSE(tracee.wait_until(std::chrono::steady_clock::now() + std::chrono::milliseconds(5)).has_value());
    child.shared().go = 1;
    CHECK(tracee.wait().kind() == WaitKind::kExited);
    CHECK_FALSE(tracee.attached());
    child.mark_reaped();
}

TEST_CASE("signals are seen, and passed on or dropped") {
    Forked child([](Shared& shared) {
        static std::atomic<int>* count;
        count = &shared.signals;
        ::signal(SIGUSR1, [](int) { ++*count; });
        return spin(shared);
    });
    Tracee tracee = Tracee::seize(child.pid(), 0, OnDestroy::kDetach);
    ::kill(child.pid(), SIGUSR1);
    CHECK(tracee.wait().is_signal(SIGUSR1));
    CHECK(tracee.signal_info().si_pid == ::getpid());
    tracee.resume(0);
    ::kill(child.pid(), SIGUSR1);
    CHECK(tracee.wait().is_signal(SIGUSR1));
    tracee.resume(SIGUSR1);
    while (child.shared().signals == 0) {}
    CHECK(child.shared().signals == 1);
}

TEST_CASE("a process that does not exist cannot be traced") {
    CHECK_THROWS_WITH(Tracee::seize(0x3fffffff, 0, OnDestroy::kDetach),
                      "Could not trace process 1073741823: No such process");
}
