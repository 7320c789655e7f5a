// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The few system calls the payload makes itself. Raw, so that no errno of the target changes and no libc function that
// might be hooked, cancelled or missing is entered. Results below 0 are negated error numbers.
#pragma once

#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace memray::payload {

inline long raw_syscall(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) noexcept {
    long result = 0;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "0"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

inline long address_of(const volatile void* pointer) noexcept {
    return static_cast<long>(reinterpret_cast<std::intptr_t>(pointer));
}

inline std::uint32_t current_tid() noexcept { return static_cast<std::uint32_t>(raw_syscall(SYS_gettid)); }

struct KernelTimespec {
    std::int64_t seconds;
    std::int64_t nanoseconds;
};

// Shared futexes: the controller is another process. The timeout is less than a second.
template <typename Word>
long futex_wait(const Word& word, std::uint32_t expected, std::int64_t timeout_ns) noexcept {
    const KernelTimespec timeout{0, timeout_ns};
    return raw_syscall(SYS_futex, address_of(&word), FUTEX_WAIT, static_cast<long>(expected), address_of(&timeout));
}
template <typename Word>
void futex_wake(const Word& word) noexcept {
    raw_syscall(SYS_futex, address_of(&word), FUTEX_WAKE, 1);
}
template <typename Word>
void futex_wake_all(const Word& word) noexcept {
    raw_syscall(SYS_futex, address_of(&word), FUTEX_WAKE, INT32_MAX);
}

// Whether there is a word to be read at that address. The kernel copies the set before it refuses what is to be done
// with it (rt_sigprocmask(2); Linux 2.6 to 6.x).
inline bool is_readable(std::uint64_t address) noexcept {
    constexpr long kNothing = ~0L;
    constexpr long kSetSize = 8;
    return raw_syscall(SYS_rt_sigprocmask, kNothing, static_cast<long>(address), 0, kSetSize) == -EINVAL;
}

// Private memory; nullptr if the kernel refuses.
inline void* map_memory(std::size_t size) noexcept {
    const long memory =
        raw_syscall(SYS_mmap, 0, static_cast<long>(size), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory < 0 && memory > -4096 ? nullptr : reinterpret_cast<void*>(memory);
}

// A private page that reads as zero in every copy-on-write child, however it was made (madvise(2), MADV_WIPEONFORK,
// Linux 4.14). nullptr if the kernel refuses.
inline void* map_page_wiped_on_fork(std::size_t size) noexcept {
    void* page = map_memory(size);
    if (page == nullptr) { return nullptr; }
    const bool wiped = raw_syscall(SYS_madvise, address_of(page), static_cast<long>(size), MADV_WIPEONFORK) == 0;
    return wiped ? page : nullptr;
}

}  // namespace memray::payload
