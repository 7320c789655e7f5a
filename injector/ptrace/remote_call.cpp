// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/ptrace/remote_call.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <string>
#include <utility>

#include "injector/base/error.h"

namespace memray::ptrace {
namespace {

constexpr std::uint64_t kDirectionFlag = 0x400;
constexpr std::uint64_t kTrapFlag = 0x100;
constexpr std::uint64_t kNoSystemCall = ~0ULL;  // orig_rax: nothing for the kernel to restart
constexpr std::uint64_t kPage = 4096;
constexpr std::int64_t kRestartNoInterrupt = 513;  // ERESTARTNOINTR, of the kernel's own (include/linux/errno.h)

base::Error fault_error(const WaitStatus& status, std::uint64_t at) {
    std::array<char, 24> address{};
    std::snprintf(address.data(), address.size(), "0x%" PRIx64, at);
    return base::Error("The target " + status.describe() + " at " + address.data() + " during a call made for us");
}

bool is_stop(const WaitStatus& status) {
    return status.kind() == WaitKind::kEventStop || status.kind() == WaitKind::kGroupStop;
}

}  // namespace

RemoteCall::RemoteCall(Tracee& tracee, const RemoteMemory& memory, SavedRegisters& saved, const CallCode& code,
                       std::chrono::milliseconds limit)
    : tracee_(tracee), memory_(memory), saved_(saved), code_(code), room_(saved.room_end()), limit_(limit) {}

RemoteCall::~RemoteCall() {
    for (const int signal : held_) { ::syscall(SYS_tkill, tracee_.id(), signal); }
}

Registers RemoteCall::prepare(Arguments arguments) const {
    Registers registers = saved_.registers();
    registers.orig_rax = kNoSystemCall;
    registers.eflags &= ~(kDirectionFlag | kTrapFlag);
    registers.rsp = saved_.frame().value();
    std::array<std::uint64_t, 6> values{};
    std::size_t count = 0;
    for (const std::uint64_t value : arguments) { values.at(count++) = value; }
    registers.rdi = values[0];
    registers.rsi = values[1];
    registers.rdx = values[2];
    registers.rcx = values[3];
    registers.r8 = values[4];
    registers.r9 = values[5];
    return registers;
}

void RemoteCall::begin(RemoteAddr function, Arguments arguments) {
    Registers registers = prepare(arguments);
    registers.rip = function.value();
    registers.rax = 0;  // no vector registers hold arguments of a variadic function
    saved_.depart(registers, code_.returns_to);
}

std::uint64_t RemoteCall::function(RemoteAddr function, Arguments arguments) {
    begin(function, arguments);
    return run_to_end(deadline());
}

std::uint64_t RemoteCall::function_opening(RemoteAddr function, Arguments arguments, std::string_view path, int fd,
                                           bool& opened) {
    const Deadline limit = deadline();
    opened = false;
    begin(function, arguments);
    for (;;) {
        const Registers registers = run_to_system_call(limit);
        if (has_ended(registers)) {
            run_behind(limit);
            return registers.rbx;
        }
        if (!opens(registers, path)) { continue; }
        yield_instead(fd, limit);
        opened = true;
        return run_to_end(limit);
    }
}

std::uint64_t RemoteCall::run_to_end(Deadline deadline) {
    Registers registers = run_to_system_call(deadline);
    while (!has_ended(registers)) { registers = run_to_system_call(deadline); }
    run_behind(deadline);
    return registers.rbx;
}

bool RemoteCall::has_ended(const Registers& registers) const { return RemoteAddr(registers.rip) == code_.ended; }

bool RemoteCall::opens(const Registers& registers, std::string_view path) const {
    if (registers.orig_rax != SYS_open && registers.orig_rax != SYS_openat) { return false; }
    if (registers.rdi % kPage == 0) { return false; }
    const RemoteAddr name(registers.orig_rax == SYS_open ? registers.rdi : registers.rsi);
    return memory_.try_read_string(name, path.size() + 1) == path;
}

// The kernel changes rax, rcx and r11 only, and compilers rely on that; so the arguments stay, and the call must be one
// that does nothing with them. The first one, a path or AT_FDCWD, is not the address of a page: EINVAL.
void RemoteCall::yield_instead(int fd, Deadline deadline) {
    Registers registers = get_registers(tracee_);
    registers.orig_rax = SYS_munmap;
    set_registers(tracee_, registers);
    registers = run_to_system_call(deadline);
    registers.rax = static_cast<std::uint64_t>(fd);
    set_registers(tracee_, registers);
}

void RemoteCall::begin_system_call(long number, Arguments arguments) {
    Registers registers = prepare(arguments);
    registers.r10 = registers.rcx;
    registers.rip = code_.system_call.value();
    registers.rax = static_cast<std::uint64_t>(number);
    saved_.depart(registers, code_.returns_to);
}

std::int64_t RemoteCall::system_call(long number, Arguments arguments) {
    const Deadline limit = deadline();
    begin_system_call(number, arguments);
    run_to_system_call(limit);
    return static_cast<std::int64_t>(run_behind(limit).rax);
}

std::int64_t RemoteCall::cloning_call(long number, Arguments arguments, Meanwhile meanwhile) {
    const Deadline limit = deadline();
    meanwhile_ = std::move(meanwhile);
    begin_system_call(number, arguments);
    do {
        run_to_system_call(limit);
    } while (static_cast<std::int64_t>(run_to_system_call(limit).rax) == -kRestartNoInterrupt);
    meanwhile_ = nullptr;
    return static_cast<std::int64_t>(run_behind(limit).rax);
}

Registers RemoteCall::run_to_system_call(Deadline deadline) {
    for (;;) {
        tracee_.resume_to_system_call();
        const WaitStatus status = next_stop(deadline);
        const Registers registers = get_registers(tracee_);
        if (status.kind() == WaitKind::kSystemCall) { return registers; }
        const bool made = status.kind() == WaitKind::kClone || status.kind() == WaitKind::kVfork;
        if (made && meanwhile_) { meanwhile_(tracee_.event_message()); }
        hold_or_throw(status, registers);
    }
}

Registers RemoteCall::run_behind(Deadline deadline) {
    const std::uint64_t behind = get_registers(tracee_).rip;
    tracee_.interrupt();
    tracee_.resume();
    for (;;) {
        const WaitStatus status = next_stop(deadline);
        Registers registers = get_registers(tracee_);
        if (status.is_signal(SIGSYS)) {  // a seccomp filter forbids it; the signal ends here
            registers.rax = static_cast<std::uint64_t>(-EPERM);
            return registers;
        }
        const bool is_refused = registers.rax == registers.orig_rax && tracee_.has_pending(SIGSYS);
        if (is_stop(status) && registers.rip == behind && !is_refused) { return registers; }
        hold_or_throw(status, registers);
        if (!is_refused) { tracee_.interrupt(); }  // else the signal comes next
        tracee_.resume();
    }
}

WaitStatus RemoteCall::next_stop(Deadline deadline) {
    const auto status = tracee_.wait_until(deadline);
    if (!status) {
        throw base::Error("The target did not finish a call made for us within " + std::to_string(limit_.count()) +
                          " ms");
    }
    if (status->ended()) { throw base::Error("The target " + status->describe() + " during a call made for us"); }
    return *status;
}

void RemoteCall::hold_or_throw(const WaitStatus& status, const Registers& registers) {
    if (status.kind() == WaitKind::kExec) { throw fault_error(status, registers.rip); }
    if (status.kind() != WaitKind::kSignal) { return; }
    // si_code > 0 comes from the kernel: a real fault.
    if (tracee_.signal_info().si_code > 0 && status.code() != SIGSTOP) { throw fault_error(status, registers.rip); }
    held_.push_back(status.code());
}

RemoteAddr RemoteCall::push(std::string_view text) {
    const std::string terminated(text);
    RemoteAddr place = (room_ - (terminated.size() + 1)).aligned_down(16);
    if (place.value() % kPage == 0) { place -= 16; }  // see opens()
    if (place < saved_.room_end() - SavedRegisters::kRoom) {
        throw base::Error("The target's stack has no room for more");
    }
    memory_.write(place, terminated.c_str(), terminated.size() + 1);
    room_ = place;
    return place;
}

}  // namespace memray::ptrace
