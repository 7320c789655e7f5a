// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/ptrace/signal_frame.h"

#include <cpuid.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

namespace memray::ptrace {
namespace {

// struct ucontext with struct sigcontext_64 (arch/x86/include/uapi/asm/sigcontext.h).
struct Context {
    std::uint64_t return_address;
    std::uint64_t flags;
    std::uint64_t link;
    std::uint64_t stack;
    std::uint32_t stack_flags;
    std::uint32_t padding;
    std::uint64_t stack_size;
    std::array<std::uint64_t, 18> general;  // r8 .. r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, eflags
    std::uint16_t cs, gs, fs, ss;
    std::uint64_t error, trap, old_mask, fault_address;
    std::uint64_t extended;
    std::array<std::uint64_t, 8> reserved;
    std::uint64_t mask;
};
static_assert(offsetof(Context, general) == 48 && offsetof(Context, mask) == 48 + 256);

// UC_FP_XSTATE, UC_SIGCONTEXT_SS and UC_STRICT_RESTORE_SS.
constexpr std::uint64_t kContextFlags = 7;
// None of SS_DISABLE, SS_ONSTACK and 0: the kernel rejects it silently, and the thread keeps its alternate stack.
constexpr std::uint32_t kKeepAlternateStack = 0x7fffffff;

// Of the kernel's own, seen by tracers only (include/linux/errno.h).
constexpr std::int64_t kRestartSystemCall = 512;  // -ERESTARTSYS, -ERESTARTNOINTR, -ERESTARTNOHAND are 512 to 514
constexpr std::int64_t kRestartNoHandler = 514;
constexpr std::int64_t kRestartBlock = 516;
constexpr std::uint64_t kSyscallBytes = 2;

// struct _fpx_sw_bytes, in the last part of the legacy area.
struct SoftwareBytes {
    std::uint32_t magic1{0x46505853};  // FP_XSTATE_MAGIC1
    std::uint32_t extended_size;
    std::uint64_t features;
    std::uint32_t state_size;
    std::array<std::uint32_t, 7> padding{};
};
constexpr std::size_t kSoftwareBytes = 464;
constexpr std::size_t kFeaturesInUse = 512;  // XSTATE_BV
constexpr std::size_t kMinimalState = 576;   // legacy area and header
constexpr std::uint32_t kMagic2 = 0x46505845;
static_assert(sizeof(SoftwareBytes) == 512 - kSoftwareBytes);

// Big, and only for threads that asked for them (AMX): the kernel rejects a state with room for these from others.
constexpr std::uint64_t kOnRequest = std::uint64_t{1} << 18U;

std::size_t end_of(std::uint64_t features) {
    std::size_t end = kMinimalState;
    for (unsigned feature = 2; feature < 63; ++feature) {
        unsigned size = 0, offset = 0, kind = 0, unused = 0;
        if ((features >> feature & 1U) == 0) { continue; }
        if (__get_cpuid_count(0xd, feature, &size, &offset, &kind, &unused) == 0) { continue; }
        end = std::max<std::size_t>(end, std::size_t{offset} + size);
    }
    return end;
}

template <typename T>
T word_at(const std::vector<unsigned char>& bytes, std::size_t offset) {
    T value{};
    if (bytes.size() >= offset + sizeof value) { std::memcpy(&value, bytes.data() + offset, sizeof value); }
    return value;
}

// The state as signal frames have it: cut to what the thread may have, and framed by two magic numbers.
std::vector<unsigned char> with_magic(const std::vector<unsigned char>& extended) {
    const auto possible = word_at<std::uint64_t>(extended, kSoftwareBytes);  // XCR0, so says Linux's NT_X86_XSTATE
    const auto used = word_at<std::uint64_t>(extended, kFeaturesInUse);
    SoftwareBytes software{};
    software.features = (used & kOnRequest) != 0 ? possible : possible & ~kOnRequest;
    const std::size_t size = std::min(end_of(software.features), extended.size());
    software.state_size = static_cast<std::uint32_t>(size);
    software.extended_size = static_cast<std::uint32_t>(size + sizeof kMagic2);
    std::vector<unsigned char> result(extended.begin(), extended.begin() + static_cast<std::ptrdiff_t>(size));
    result.resize(size + sizeof kMagic2);
    std::memcpy(result.data() + kSoftwareBytes, &software, sizeof software);
    std::memcpy(result.data() + size, &kMagic2, sizeof kMagic2);
    return result;
}

Registers restarted(Registers registers) {
    if (static_cast<std::int64_t>(registers.orig_rax) < 0) { return registers; }
    const auto error = -static_cast<std::int64_t>(registers.rax);
    if (error >= kRestartSystemCall && error <= kRestartNoHandler) {
        registers.rax = registers.orig_rax;
        registers.rip -= kSyscallBytes;
    } else if (error == kRestartBlock) {
        registers.rax = static_cast<std::uint64_t>(-EINTR);
    }
    return registers;
}

Context make_context(const Registers& original, SignalMask mask, RemoteAddr extended) {
    const Registers r = restarted(original);
    Context context{};
    context.flags = kContextFlags;
    context.stack_flags = kKeepAlternateStack;
    context.general = {r.r8,  r.r9,  r.r10, r.r11, r.r12, r.r13, r.r14, r.r15, r.rdi,
                       r.rsi, r.rbp, r.rbx, r.rdx, r.rax, r.rcx, r.rsp, r.rip, r.eflags};
    context.cs = static_cast<std::uint16_t>(r.cs);
    context.ss = static_cast<std::uint16_t>(r.ss);
    context.extended = extended.value();
    context.mask = mask;
    return context;
}

}  // namespace

SignalFrame make_signal_frame(const Registers& registers, const std::vector<unsigned char>& extended, SignalMask mask,
                              RemoteAddr top) {
    const std::vector<unsigned char> state = with_magic(extended);
    const RemoteAddr state_at = (top - state.size()).aligned_down(64);  // as XRSTOR wants it
    // At the first instruction of a function rsp + 8 is a multiple of 16.
    const RemoteAddr address = (state_at - sizeof(Context)).aligned_down(16) - sizeof(std::uint64_t);
    const Context context = make_context(registers, mask, state_at);
    SignalFrame frame{address, std::vector<unsigned char>(state_at - address + state.size())};
    std::memcpy(frame.bytes.data(), &context, sizeof context);
    std::memcpy(frame.bytes.data() + (state_at - address), state.data(), state.size());
    return frame;
}

SignalFrame make_bare_signal_frame(const Registers& registers, SignalMask mask, RemoteAddr top) {
    const RemoteAddr address = (top - sizeof(Context)).aligned_down(16) - sizeof(std::uint64_t);
    const Context context = make_context(registers, mask, RemoteAddr());
    SignalFrame frame{address, std::vector<unsigned char>(sizeof context)};
    std::memcpy(frame.bytes.data(), &context, sizeof context);
    return frame;
}

}  // namespace memray::ptrace
