// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/ptrace/detour.h"

#include <sys/syscall.h>

#include <csignal>
#include <cstdint>

#include "injector/base/error.h"

namespace memray::ptrace {
namespace {

using namespace std::string_view_literals;

static_assert(SYS_munmap == 0x0b && SYS_gettid == 0xba && SYS_tkill == 0xc8 && SIGURG == 0x17);

// The system call that shows where a thread is must do nothing, and be one that no seccomp filter of a program that
// allocates forbids: munmap(0, 0) yields EINVAL.
constexpr std::string_view kSave =
    "\x50"      // push %rax
    "\x51"      // push %rcx
    "\x41\x53"  // push %r11
    "\x57"      // push %rdi
    "\x56"sv;   // push %rsi
constexpr std::string_view kShowByCall =
    "\xb8\x0b\0\0\0"  // mov $SYS_munmap, %eax
    "\xbf\0\0\0\0"    // mov $0, %edi
    "\xbe\0\0\0\0"    // mov $0, %esi
    "\x0f\x05"sv;     // syscall
constexpr std::string_view kShowBySignal =
    "\xb8\xba\0\0\0"  // mov $SYS_gettid, %eax
    "\x0f\x05"        // syscall
    "\x89\xc7"        // mov %eax, %edi
    "\xbe\x17\0\0\0"  // mov $SIGURG, %esi
    "\xb8\xc8\0\0\0"  // mov $SYS_tkill, %eax
    "\x0f\x05"sv;     // syscall
constexpr std::string_view kRestore =
    "\x5e"                                                // pop %rsi
    "\x5f"                                                // pop %rdi
    "\x41\x5b"                                            // pop %r11
    "\x59"                                                // pop %rcx
    "\x58"sv;                                             // pop %rax
constexpr std::string_view kJump = "\xff\x25\0\0\0\0"sv;  // jmp *0(%rip), the target follows

// What kSave leaves on the stack, from the top.
struct SavedByDetour {
    std::uint64_t rsi, rdi, r11, rcx, rax;
};

std::string_view show(DetourKind kind) { return kind == DetourKind::kSignal ? kShowBySignal : kShowByCall; }

}  // namespace

std::string detour_code(DetourKind kind, RemoteAddr target, std::string_view instructions) {
    const std::uint64_t address = target.value();
    std::string code;
    code.append(kSave).append(show(kind)).append(kRestore).append(instructions).append(kJump);
    code.append(reinterpret_cast<const char*>(&address), sizeof address);
    if (code.size() > kDetourSize) { throw base::Error("The code of a detour is too long"); }
    code.resize(kDetourSize, '\xcc');
    return code;
}

Detour detour_at(RemoteAddr address, DetourKind kind) noexcept {
    return {address, address + kSave.size() + show(kind).size()};
}

Registers registers_behind(const RemoteMemory& memory, const Registers& inside, RemoteAddr at) {
    const auto saved = memory.read<SavedByDetour>(RemoteAddr(inside.rsp));
    Registers registers = inside;
    registers.rsi = saved.rsi;
    registers.rdi = saved.rdi;
    registers.r11 = saved.r11;
    registers.rcx = saved.rcx;
    registers.rax = saved.rax;
    registers.rsp += sizeof saved;
    registers.rip = at.value();
    registers.orig_rax = ~0ULL;  // nothing for the kernel to restart
    return registers;
}

}  // namespace memray::ptrace
