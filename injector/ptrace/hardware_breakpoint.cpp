// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/ptrace/hardware_breakpoint.h"

#include <sys/ptrace.h>
#include <sys/user.h>

#include <csignal>
#include <cstddef>

#include "injector/base/error.h"

namespace memray::ptrace {
namespace {

constexpr std::size_t kAddress = offsetof(struct user, u_debugreg[0]);
constexpr std::size_t kControl = offsetof(struct user, u_debugreg[7]);
constexpr unsigned long kExecuteAtFirst = 1;  // local enable of register 0, length and kind 0: execution

bool poke(const Tracee& tracee, std::size_t place, unsigned long value) noexcept {
    return ::ptrace(PTRACE_POKEUSER, tracee.id(), place, value) == 0;
}

}  // namespace

void set_hardware_breakpoint(const Tracee& tracee, base::RemoteAddr address) {
    clear_hardware_breakpoint(tracee);
    if (!poke(tracee, kAddress, address.value()) || !poke(tracee, kControl, kExecuteAtFirst)) {
        throw base::system_error("setting a hardware breakpoint");
    }
}

void clear_hardware_breakpoint(const Tracee& tracee) noexcept { poke(tracee, kControl, 0); }

bool is_hardware_trap(const Tracee& tracee, const WaitStatus& status) {
    return status.is_signal(SIGTRAP) && tracee.signal_info().si_code == TRAP_HWBKPT;
}

}  // namespace memray::ptrace
