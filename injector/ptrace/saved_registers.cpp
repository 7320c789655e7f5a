// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/ptrace/saved_registers.h"

#include <cassert>
#include <csignal>

#include "injector/base/error.h"
#include "injector/ptrace/signal_frame.h"

namespace memray::ptrace {
namespace {

constexpr std::uint64_t kRedZone = 128;

constexpr SignalMask bit(int signal) noexcept { return SignalMask{1} << static_cast<unsigned>(signal - 1); }

// Raised by the processor or by seccomp: were one of these blocked, the kernel would kill the thread and drop the
// program's handler on the way.
constexpr SignalMask kSynchronous = bit(SIGSEGV) | bit(SIGTRAP) | bit(SIGBUS) | bit(SIGILL) | bit(SIGFPE) | bit(SIGSYS);

}  // namespace

SavedRegisters::SavedRegisters(const Tracee& tracee, const RemoteMemory& memory)
    : SavedRegisters(tracee, memory, get_registers(tracee)) {}

SavedRegisters::SavedRegisters(const Tracee& tracee, const RemoteMemory& memory, const Registers& original)
    : tracee_(tracee),
      memory_(memory),
      registers_(original),
      extended_(get_extended_state(tracee)),
      mask_(get_signal_mask(tracee)),
      room_end_(RemoteAddr(original.rsp - kRedZone).aligned_down(64)) {
    const SignalFrame frame = make_signal_frame(registers_, extended_, mask_, room_end_ - kRoom);
    frame_ = frame.address;
    memory_.write(frame.address, frame.bytes.data(), frame.bytes.size());
}

SavedRegisters::~SavedRegisters() {
    if (restored_ || !tracee_.attached()) { return; }
    try {
        restore();
    } catch (const base::Error&) {
        // Killed meanwhile: nothing to restore.
    }
}

// The mask after the registers, and before them on the way back: were we killed in between, the frame would put back
// both.
void SavedRegisters::depart(const Registers& registers, RemoteAddr returns_to) {
    assert(!restored_);  // the frame is the program's stack again
    memory_.write(frame_, &returns_to, sizeof returns_to);
    set_registers(tracee_, registers);
    set_signal_mask(tracee_, ~kSynchronous);
}

void SavedRegisters::restore() {
    restored_ = true;
    set_extended_state(tracee_, extended_);
    set_signal_mask(tracee_, mask_);
    set_registers(tracee_, registers_);
}

}  // namespace memray::ptrace
