// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// An int3 in the text of a stopped process. Every thread of the process that comes along traps, so all of them must be
// traced, or it must be known that no other one passes. Removed on destruction; after an exec call forget().
#pragma once

#include "injector/ptrace/registers.h"
#include "injector/ptrace/remote_memory.h"
#include "injector/ptrace/tracee.h"

namespace memray::ptrace {

class Breakpoint {
public:
    // `memory` must outlive the breakpoint. Throws base::Error.
    Breakpoint(const RemoteMemory& memory, RemoteAddr address);
    Breakpoint(const Breakpoint&) = delete;
    Breakpoint& operator=(const Breakpoint&) = delete;
    ~Breakpoint();

    [[nodiscard]] RemoteAddr address() const noexcept { return address_; }
    // True if the tracee, stopped as `status` says, stands right behind the int3.
    [[nodiscard]] bool hit_by(const Tracee& tracee, const WaitStatus& status) const;
    // Puts the original byte back. Throws base::Error.
    void remove();
    // The same in a stopped process that was forked while the breakpoint was in place: it has a copy. Throws
    // base::Error.
    void clean_copy(const RemoteMemory& memory) const { memory.write(address_, &original_, 1); }
    // The image that it was in is gone.
    void forget() noexcept { armed_ = false; }

private:
    const RemoteMemory& memory_;
    RemoteAddr address_;
    unsigned char original_;
    bool armed_{true};
};

}  // namespace memray::ptrace
