// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/ptrace/breakpoint.h"

#include <csignal>

#include "injector/base/error.h"

namespace memray::ptrace {
namespace {

constexpr unsigned char kInt3 = 0xcc;

}  // namespace

Breakpoint::Breakpoint(const RemoteMemory& memory, RemoteAddr address)
    : memory_(memory), address_(address), original_(memory.read<unsigned char>(address)) {
    memory_.write(address_, &kInt3, 1);
}

Breakpoint::~Breakpoint() {
    if (!armed_) { return; }
    try {
        remove();
    } catch (const base::Error&) {
        // The process is gone, and the breakpoint with it.
    }
}

bool Breakpoint::hit_by(const Tracee& tracee, const WaitStatus& status) const {
    return armed_ && status.is_signal(SIGTRAP) && RemoteAddr(get_registers(tracee).rip) == address_ + 1;
}

void Breakpoint::remove() {
    armed_ = false;
    memory_.write(address_, &original_, 1);
}

}  // namespace memray::ptrace
