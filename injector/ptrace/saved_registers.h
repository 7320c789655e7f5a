// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Borrows a stopped thread: keeps its registers, its extended state and its signal mask, so that it can run anything
// and be put back. Twice over: we have them, and so has its stack, in a signal frame below the red zone. Code that
// returns to that frame (call_code.h) puts the thread back if we are killed.
#pragma once

#include <cstddef>
#include <vector>

#include "injector/ptrace/call_code.h"
#include "injector/ptrace/registers.h"
#include "injector/ptrace/remote_memory.h"
#include "injector/ptrace/tracee.h"

namespace memray::ptrace {

class SavedRegisters {
public:
    // Bytes above the frame for what calls are given.
    static constexpr std::uint64_t kRoom = 2048;

    // The thread stands still for a signal, an event or an interruption, not at a system call. Throws base::Error, also
    // if its stack has no room. The references must outlive it.
    SavedRegisters(const Tracee& tracee, const RemoteMemory& memory);
    // The same for a thread that is to be put back with other registers than it has.
    SavedRegisters(const Tracee& tracee, const RemoteMemory& memory, const Registers& original);
    SavedRegisters(const SavedRegisters&) = delete;
    SavedRegisters& operator=(const SavedRegisters&) = delete;
    // restore(), if that was not called. The tracee must be stopped then, or dead.
    ~SavedRegisters();

    [[nodiscard]] const Registers& registers() const noexcept { return registers_; }
    // Of the first word of the frame.
    [[nodiscard]] RemoteAddr frame() const noexcept { return frame_; }
    // The end of the room, which begins kRoom bytes below.
    [[nodiscard]] RemoteAddr room_end() const noexcept { return room_end_; }

    // The thread runs from there when it is resumed, and returns to `returns_to` if rsp is frame() and it is in a
    // function. Holds signals back, but for those that the processor raises. Throws base::Error.
    void depart(const Registers& registers, RemoteAddr returns_to);
    // Stopped as for the constructor. Throws base::Error.
    void restore();

private:
    const Tracee& tracee_;
    const RemoteMemory& memory_;
    Registers registers_;
    std::vector<unsigned char> extended_;
    SignalMask mask_;
    RemoteAddr room_end_;
    RemoteAddr frame_;
    bool restored_{false};
};

}  // namespace memray::ptrace
