// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/ptrace/registers.h"

#include <elf.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include <string>

#include "injector/base/error.h"

namespace memray::ptrace {
namespace {

base::Error request_error(const char* request, const Tracee& tracee) {
    return base::system_error(std::string(request) + " of process " + std::to_string(tracee.id()));
}

}  // namespace

Registers get_registers(const Tracee& tracee) {
    Registers registers{};
    if (::ptrace(PTRACE_GETREGS, tracee.id(), nullptr, &registers) != 0) {
        throw request_error("PTRACE_GETREGS", tracee);
    }
    return registers;
}

void set_registers(const Tracee& tracee, const Registers& registers) {
    if (::ptrace(PTRACE_SETREGS, tracee.id(), nullptr, &registers) != 0) {
        throw request_error("PTRACE_SETREGS", tracee);
    }
}

std::vector<unsigned char> get_extended_state(const Tracee& tracee) {
    // 2.7 kB with AVX-512, 11 kB with AMX; the kernel cuts off silently what does not fit.
    std::vector<unsigned char> state(16384);
    for (;;) {
        ::iovec area{state.data(), state.size()};
        if (::ptrace(PTRACE_GETREGSET, tracee.id(), NT_X86_XSTATE, &area) != 0) {
            throw request_error("PTRACE_GETREGSET", tracee);
        }
        if (area.iov_len < state.size()) {
            state.resize(area.iov_len);
            return state;
        }
        state.resize(state.size() * 2);
    }
}

void set_extended_state(const Tracee& tracee, const std::vector<unsigned char>& state) {
    ::iovec area{const_cast<unsigned char*>(state.data()), state.size()};
    if (::ptrace(PTRACE_SETREGSET, tracee.id(), NT_X86_XSTATE, &area) != 0) {
        throw request_error("PTRACE_SETREGSET", tracee);
    }
}

SignalMask get_signal_mask(const Tracee& tracee) {
    SignalMask mask = 0;
    if (::ptrace(static_cast<__ptrace_request>(PTRACE_GETSIGMASK), tracee.id(), sizeof mask, &mask) != 0) {
        throw request_error("PTRACE_GETSIGMASK", tracee);
    }
    return mask;
}

void set_signal_mask(const Tracee& tracee, SignalMask mask) {
    if (::ptrace(static_cast<__ptrace_request>(PTRACE_SETSIGMASK), tracee.id(), sizeof mask, &mask) != 0) {
        throw request_error("PTRACE_SETSIGMASK", tracee);
    }
}

}  // namespace memray::ptrace
