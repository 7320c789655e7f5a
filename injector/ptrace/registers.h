// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The registers and the signal mask of a stopped tracee.
#pragma once

#include <sys/user.h>

#include <cstdint>
#include <vector>

#include "injector/base/remote_addr.h"
#include "injector/ptrace/tracee.h"

namespace memray::ptrace {

using base::RemoteAddr;
using Registers = ::user_regs_struct;  // general purpose, rip, flags, orig_rax
using SignalMask = std::uint64_t;      // bit n - 1: signal n is blocked

[[nodiscard]] Registers get_registers(const Tracee& tracee);
void set_registers(const Tracee& tracee, const Registers& registers);

// Floating point and vector registers, as the processor's XSAVE lays them out.
[[nodiscard]] std::vector<unsigned char> get_extended_state(const Tracee& tracee);
void set_extended_state(const Tracee& tracee, const std::vector<unsigned char>& state);

[[nodiscard]] SignalMask get_signal_mask(const Tracee& tracee);
void set_signal_mask(const Tracee& tracee, SignalMask mask);

}  // namespace memray::ptrace
