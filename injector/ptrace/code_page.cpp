// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/ptrace/code_page.h"

#include <sys/syscall.h>

#include <array>
#include <string>

namespace memray::ptrace {
namespace {

using namespace std::string_view_literals;

// The page: 128 bytes for calls, then detours. The mark, which comes last, says which layout this is.
constexpr std::string_view kMark = "memray detours 1"sv;
constexpr std::size_t kCallsAt = sizeof(std::uint64_t) * 2;
constexpr std::size_t kFirstDetour = 128;
static_assert(kMark.size() == kCallsAt);

static_assert(SYS_munmap == 0x0b && SYS_rt_sigreturn == 0x0f);

// munmap(0, 0), as in detours.
constexpr std::string_view kCallEnd =
    "\x48\x89\xc3"    // mov %rax, %rbx
    "\xb8\x0b\0\0\0"  // mov $SYS_munmap, %eax
    "\x31\xff"        // xor %edi, %edi
    "\x31\xf6"        // xor %esi, %esi
    "\x0f\x05"sv;     // syscall
constexpr std::string_view kSignalReturn =
    "\xb8\x0f\0\0\0"  // mov $SYS_rt_sigreturn, %eax
    "\x0f\x05"        // syscall
    "\x0f\x0b"sv;     // ud2
constexpr std::string_view kSystemCall =
    "\x0f\x05"  // syscall
    "\xc3"sv;   // ret

}  // namespace

bool CodePage::is_written(const RemoteMemory& memory) const {
    std::array<char, kMark.size()> mark{};
    return memory.try_read(address_, mark.data(), mark.size()) && std::string_view(mark.data(), mark.size()) == kMark;
}

void CodePage::write(const RemoteMemory& memory) const {
    std::string code;
    code.append(kCallEnd).append(kSignalReturn).append(kSystemCall);
    memory.write(address_ + kCallsAt, code.data(), code.size());
    memory.write(address_, kMark.data(), kMark.size());
}

CallCode CodePage::call_code() const noexcept {
    const RemoteAddr end = address_ + kCallsAt;
    return {end + kCallEnd.size() + kSignalReturn.size(), end, end + kCallEnd.size()};
}

std::optional<Detour> CodePage::add_detour(const RemoteMemory& memory, DetourKind kind, RemoteAddr target,
                                           std::string_view instructions) const {
    const std::string code = detour_code(kind, target, instructions);
    const std::string free(kDetourSize, '\0');
    for (std::size_t at = kFirstDetour; at < kSize; at += kDetourSize) {
        std::string present(kDetourSize, '\0');
        memory.read(address_ + at, present.data(), present.size());
        if (present != free && present != code) { continue; }
        if (present == free) { memory.write(address_ + at, code.data(), code.size()); }
        return detour_at(address_ + at, kind);
    }
    return std::nullopt;
}

}  // namespace memray::ptrace
