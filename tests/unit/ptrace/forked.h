// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A traced child that runs a function of the test program, at the addresses that it has here.
#pragma once

#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <new>
#include <string>

#include "injector/ptrace/code_page.h"
#include "injector/ptrace/remote_call.h"
#include "injector/ptrace/tracee.h"

namespace memray::ptrace::tests {

// Memory that both sides see.
struct Shared {
    std::atomic<int> ready{0};
    std::atomic<int> go{0};
    std::atomic<int> signals{0};
    std::atomic<std::uint64_t> value{0};
};

class Forked {
public:
    // The child sets `ready` when it is where the test wants it.
    template <typename Function>
    explicit Forked(Function function)
        : shared_(new (::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))
                      Shared),
          pid_(::fork()) {
        if (pid_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            ::_exit(function(*shared_));
        }
        while (shared_->ready.load() == 0) { ::poll(nullptr, 0, 1); }
    }
    Forked(const Forked&) = delete;
    Forked& operator=(const Forked&) = delete;
    ~Forked() {
        if (!reaped_) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, __WALL);
        }
        ::munmap(shared_, sizeof(Shared));
    }

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    [[nodiscard]] Shared& shared() noexcept { return *shared_; }
    [[nodiscard]] Tracee stop(OnDestroy on_destroy = OnDestroy::kDetach) const {
        Tracee tracee = Tracee::seize(pid_, 0, on_destroy);
        tracee.interrupt();
        tracee.wait();
        return tracee;
    }
    // The exit status, or 128 and the signal.
    int join() {
        int status = 0;
        ::waitpid(pid_, &status, __WALL);
        reaped_ = true;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    // Somebody else has waited for it.
    void mark_reaped() noexcept { reaped_ = true; }

private:
    Shared* shared_;
    pid_t pid_;
    bool reaped_{false};
};

// Spins until `go`.
inline int spin(Shared& shared) {
    shared.ready = 1;
    while (shared.go.load() == 0) {}
    return 0;
}

inline void clobber_vectors() {
    asm volatile(
        "vpxor %%ymm0, %%ymm0, %%ymm0\n\t"
        "vpxor %%ymm7, %%ymm7, %%ymm7\n\t"
        "vpxor %%ymm15, %%ymm15, %%ymm15\n\t"
        "fld1\n\t" ::
            : "xmm0", "xmm7", "xmm15");
}

// Keeps a value in ymm7 and data in its red zone while it spins.
inline int keep_ymm_live(Shared& shared) {
    alignas(32) unsigned char pattern[32];
    std::memset(pattern, 0x5a, sizeof pattern);
    alignas(32) unsigned char after[32] = {};
    asm volatile(
        "vmovdqa %[pattern], %%ymm7\n\t"
        "movq $0x1234567, -120(%%rsp)\n\t"
        "movl $1, %[ready]\n\t"
        "1: cmpl $0, %[go]\n\t"
        "je 1b\n\t"
        "vmovdqa %%ymm7, %[after]\n\t"
        "cmpq $0x1234567, -120(%%rsp)\n\t"
        "je 2f\n\t"
        "movb $0, %[after]\n\t"
        "2:\n\t"
        : [after] "=m"(after), [ready] "=m"(shared.ready)
        : [pattern] "m"(pattern), [go] "m"(shared.go)
        : "xmm7", "memory", "cc");
    return std::memcmp(pattern, after, sizeof after) == 0 ? 0 : 1;
}

// The C library, which is at the same place in the child.
inline CallCode library_code() {
    const auto inside = reinterpret_cast<std::uint64_t>(&::getppid);
    std::ifstream maps("/proc/self/maps");
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    for (std::string line; end <= inside && std::getline(maps, line);) {
        std::sscanf(line.c_str(), "%" SCNx64 "-%" SCNx64, &begin, &end);
    }
    return find_call_code({reinterpret_cast<const char*>(begin), end - begin}, RemoteAddr(begin)).value();
}

// A page of our code in a stopped child.
inline CodePage map_page(Tracee& tracee, const RemoteMemory& memory) {
    SavedRegisters saved(tracee, memory);
    RemoteCall call(tracee, memory, saved, library_code());
    const CodePage page(RemoteAddr(static_cast<std::uint64_t>(call.system_call(
        SYS_mmap, {0, CodePage::kSize, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, ~0ULL, 0}))));
    saved.restore();
    page.write(memory);
    return page;
}

}  // namespace memray::ptrace::tests
