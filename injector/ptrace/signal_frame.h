// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What the kernel puts on the stack before it calls a signal handler (struct rt_sigframe, arch/x86/include/asm/
// sigframe.h): the state that rt_sigreturn(2) gives back to the thread. Put there by us, it lets a thread return from a
// call that it never made.
#pragma once

#include <cstdint>
#include <vector>

#include "injector/base/remote_addr.h"
#include "injector/ptrace/registers.h"

namespace memray::ptrace {

struct SignalFrame {
    // Of the first word, which is the handler's return address: rsp is this at the first instruction of the handler,
    // and 8 more at rt_sigreturn.
    RemoteAddr address;
    std::vector<unsigned char> bytes;
};

// A frame below `top`, a multiple of 64, without a return address. A thread in an interrupted system call
// (orig_rax >= 0, rax = -ERESTART...) makes it again; one with a time limit ends with EINTR instead, as rt_sigreturn
// drops what it would need. `extended` as get_extended_state() returns it.
[[nodiscard]] SignalFrame make_signal_frame(const Registers& registers, const std::vector<unsigned char>& extended,
                                            SignalMask mask, RemoteAddr top);

// The same of a thread whose floating point and vector registers begin anew.
[[nodiscard]] SignalFrame make_bare_signal_frame(const Registers& registers, SignalMask mask, RemoteAddr top);

}  // namespace memray::ptrace
