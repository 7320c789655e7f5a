// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/ptrace/detour.h"

#include <catch2/catch.hpp>
#include <cstring>

#include "tests/unit/ptrace/forked.h"

using namespace memray::ptrace;
using namespace memray::ptrace::tests;

namespace {

constexpr DetourKind kKinds[]{DetourKind::kSignal, DetourKind::kSystemCall};

// The thread will pass a detour and come back to where it is.
Detour send_round(Tracee& tracee, const RemoteMemory& memory, DetourKind kind) {
    Registers registers = get_registers(tracee);
    const auto detour = map_page(tracee, memory).add_detour(memory, kind, RemoteAddr(registers.rip));
    registers.rip = detour.value().entry.value();
    set_registers(tracee, registers);
    return *detour;
}

}  // namespace

TEST_CASE("a detour shows its thread, and leaves its registers as they were") {
    for (const DetourKind kind : kKinds) {
        Forked child(spin);
        Tracee tracee = child.stop();
        const RemoteMemory memory(child.pid());
        const Registers before = get_registers(tracee);
        const Detour detour = send_round(tracee, memory, kind);
        tracee.resume_to_system_call();
        WaitStatus status = tracee.wait();
        while (kind == DetourKind::kSignal && status.kind() == WaitKind::kSystemCall) {
            tracee.resume_to_system_call();
            status = tracee.wait();
        }
        CHECK(status.kind() == (kind == DetourKind::kSignal ? WaitKind::kSignal : WaitKind::kSystemCall));
        const Registers inside = get_registers(tracee);
        CHECK(RemoteAddr(inside.rip) == detour.stop);
        Registers expected = before;
        expected.orig_rax = ~0ULL;
        const Registers behind = registers_behind(memory, inside, RemoteAddr(before.rip));
        CHECK(std::memcmp(&behind, &expected, sizeof behind) == 0);
        child.shared().go = 1;
        tracee.detach();
        CHECK(child.join() == 0);
    }
}

TEST_CASE("a thread without tracer passes a detour as if it were not there") {
    for (const DetourKind kind : kKinds) {
        Forked child(keep_ymm_live);
        Tracee tracee = child.stop();
        send_round(tracee, RemoteMemory(child.pid()), kind);
        tracee.detach();
        child.shared().go = 1;
        CHECK(child.join() == 0);
    }
}
