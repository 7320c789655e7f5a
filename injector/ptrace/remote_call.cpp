// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/ptrace/remote_call.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <string>

#include "injector/base/error.h"

namespace memray::ptrace {
namespace {

// Below vm.mmap_min_addr: nothing is ever mapped here.
constexpr RemoteAddr kReturnAddress{0x10};
constexpr std::uint64_t kRedZone = 128;
constexpr std::uint64_t kDirectionFlag = 0x400;
constexpr std::uint64_t kTrapFlag = 0x100;
constexpr std::uint64_t kNoSystemCall = ~0ULL;  // orig_rax: nothing for the kernel to restart
constexpr std::uint64_t kSyscallBytes = 2;

base::Error fault_error(const WaitStatus& status, std::uint64_t at) {
    std::array<char, 24> address{};
    std::snprintf(address.data(), address.size(), "0x%" PRIx64, at);
    return base::Error("The target " + status.describe() + " at " + address.data() + " during a call made for us");
}

}  // namespace

RemoteCall::RemoteCall(Tracee& tracee, const RemoteMemory& memory, const SavedRegisters& saved,
                       std::chrono::milliseconds limit)
    : tracee_(tracee),
      memory_(memory),
      base_(saved.registers()),
      stack_(RemoteAddr(base_.rsp - kRedZone).aligned_down(16)),
      limit_(limit) {}

RemoteCall::~RemoteCall() {
    for (const int signal : held_) { ::syscall(SYS_tkill, tracee_.id(), signal); }
}

Registers RemoteCall::prepare(Arguments arguments) const {
    Registers registers = base_;
    registers.orig_rax = kNoSystemCall;
    registers.eflags &= ~(kDirectionFlag | kTrapFlag);
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
    // As right after a call instruction: rsp + 8 is a multiple of 16.
    const RemoteAddr top = stack_ - sizeof(std::uint64_t);
    const std::uint64_t return_address = kReturnAddress.value();
    memory_.write(top, &return_address, sizeof return_address);
    registers.rsp = top.value();
    registers.rip = function.value();
    registers.rax = 0;  // no vector registers hold arguments of a variadic function
    set_registers(tracee_, registers);
}

std::uint64_t RemoteCall::function(RemoteAddr function, Arguments arguments) {
    begin(function, arguments);
    tracee_.resume();
    return wait_for(SIGSEGV, kReturnAddress, false).rax;
}

std::uint64_t RemoteCall::function_opening(RemoteAddr function, Arguments arguments, std::string_view path, int fd) {
    begin(function, arguments);
    if (!reaches_open(path)) { return get_registers(tracee_).rax; }
    duplicate_instead(fd);
    tracee_.resume();
    return wait_for(SIGSEGV, kReturnAddress, false).rax;
}

bool RemoteCall::reaches_open(std::string_view path) {
    const Deadline deadline = std::chrono::steady_clock::now() + limit_;
    for (;;) {
        tracee_.resume_to_system_call();
        const WaitStatus status = next_stop(deadline);
        const Registers registers = get_registers(tracee_);
        if (status.kind() == WaitKind::kSystemCall) {
            if (opens(registers, path)) { return true; }
        } else if (status.is_signal(SIGSEGV) && registers.rip == kReturnAddress.value()) {
            return false;
        } else {
            hold_or_throw(status, registers);
        }
    }
}

bool RemoteCall::opens(const Registers& registers, std::string_view path) const {
    if (registers.orig_rax != SYS_open && registers.orig_rax != SYS_openat) { return false; }
    const RemoteAddr name(registers.orig_rax == SYS_open ? registers.rdi : registers.rsi);
    return memory_.try_read_string(name, path.size() + 1) == path;
}

// The kernel changes rax, rcx and r11 only, and compilers rely on that: what is changed here is changed back.
void RemoteCall::duplicate_instead(int fd) {
    const Registers before = get_registers(tracee_);
    Registers changed = before;
    changed.orig_rax = SYS_fcntl;
    changed.rdi = static_cast<std::uint64_t>(fd);
    changed.rsi = F_DUPFD_CLOEXEC;
    changed.rdx = 0;
    set_registers(tracee_, changed);
    tracee_.resume_to_system_call();
    const WaitStatus status = next_stop(std::chrono::steady_clock::now() + limit_);
    Registers after = get_registers(tracee_);
    if (status.kind() != WaitKind::kSystemCall) { throw fault_error(status, after.rip); }
    after.rdi = before.rdi;
    after.rsi = before.rsi;
    after.rdx = before.rdx;
    set_registers(tracee_, after);
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

std::int64_t RemoteCall::system_call(RemoteAddr instruction, long number, Arguments arguments) {
    Registers registers = prepare(arguments);
    registers.r10 = registers.rcx;
    registers.rsp = stack_.value();
    registers.rip = instruction.value();
    registers.rax = static_cast<std::uint64_t>(number);
    set_registers(tracee_, registers);
    tracee_.step();
    return static_cast<std::int64_t>(wait_for(SIGTRAP, instruction + kSyscallBytes, true).rax);
}

Registers RemoteCall::wait_for(int signal, RemoteAddr at, bool stepping) {
    const Deadline deadline = std::chrono::steady_clock::now() + limit_;
    bool refused = false;
    for (;;) {
        const WaitStatus status = next_stop(deadline);
        Registers registers = get_registers(tracee_);
        if (stepping && status.is_signal(SIGSYS)) {
            // A seccomp filter forbids it; the trap of the step comes next.
            refused = true;
            tracee_.step();
            continue;
        }
        if (refused && status.is_signal(SIGTRAP)) {
            registers.rax = static_cast<std::uint64_t>(-EPERM);
            return registers;
        }
        if (status.is_signal(signal) && registers.rip == at.value()) { return registers; }
        hold_or_throw(status, registers);
        if (stepping) {
            tracee_.step();
        } else {
            tracee_.resume();
        }
    }
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
    const RemoteAddr place = (stack_ - (terminated.size() + 1)).aligned_down(16);
    memory_.write(place, terminated.c_str(), terminated.size() + 1);
    stack_ = place;
    return place;
}

}  // namespace memray::ptrace
