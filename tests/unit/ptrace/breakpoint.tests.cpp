// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/ptrace/breakpoint.h"

#include <catch2/catch.hpp>

#include "tests/unit/ptrace/forked.h"

using namespace memray::ptrace;
using namespace memray::ptrace::tests;

namespace {

__attribute__((noinline)) int answer(int number) {
    asm volatile("");
    return number + 1;
}

int call_when_told(Shared& shared) {
    spin(shared);
    return answer(41);
}

RemoteAddr address_of_answer() { return RemoteAddr(reinterpret_cast<std::uint64_t>(&answer)); }

}  // namespace

TEST_CASE("a breakpoint stops its thread, and the function runs as ever once it is gone") {
    Forked child(call_when_told);
    Tracee tracee = child.stop();
    const RemoteMemory memory(child.pid());
    Breakpoint breakpoint(memory, address_of_answer());
    child.shared().go = 1;
    tracee.resume();
    CHECK(breakpoint.hit_by(tracee, tracee.wait()));
    Registers registers = get_registers(tracee);
    CHECK(registers.rdi == 41);
    breakpoint.remove();
    registers.rip = breakpoint.address().value();
    set_registers(tracee, registers);
    tracee.detach();
    CHECK(child.join() == 42);
}

TEST_CASE("other traps are not the breakpoint's") {
    Forked child(call_when_told);
    Tracee tracee = child.stop();
    const RemoteMemory memory(child.pid());
    const Breakpoint breakpoint(memory, address_of_answer());
    tracee.step();
    const WaitStatus status = tracee.wait();
    CHECK(status.is_signal(SIGTRAP));
    CHECK_FALSE(breakpoint.hit_by(tracee, status));
}

TEST_CASE("destruction restores the code, forgetting does not touch it") {
    Forked child(call_when_told);
    const Tracee tracee = child.stop();
    const RemoteMemory memory(child.pid());
    const auto original = memory.read<unsigned char>(address_of_answer());
    { const Breakpoint breakpoint(memory, address_of_answer()); }
    CHECK(memory.read<unsigned char>(address_of_answer()) == original);
    {
        Breakpoint breakpoint(memory, address_of_answer());
        breakpoint.forget();
    }
    CHECK(memory.read<unsigned char>(address_of_answer()) == 0xcc);
}
