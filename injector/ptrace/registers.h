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

// Saves all of the above and holds signals back, but for those that the processor raises. A borrowed thread can then
// run anything; restore() or the destructor puts it all back. The tracee must be stopped then, or dead. The program
// counter to return to can be corrected: after a breakpoint it is one byte too far.
class SavedRegisters {
public:
    explicit SavedRegisters(const Tracee& tracee);
    SavedRegisters(const SavedRegisters&) = delete;
    SavedRegisters& operator=(const SavedRegisters&) = delete;
    ~SavedRegisters();

    [[nodiscard]] const Registers& registers() const noexcept { return registers_; }
    void set_program_counter(RemoteAddr address) noexcept { registers_.rip = address.value(); }
    // Throws base::Error.
    void restore();

private:
    const Tracee& tracee_;
    Registers registers_;
    std::vector<unsigned char> extended_;
    SignalMask mask_;
    bool restored_{false};
};

}  // namespace memray::ptrace
