// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A tracer that is killed at each of its requests, in the middle of calls: the thread that it had borrowed is itself
// again, and goes on.
#include <fcntl.h>
#include <poll.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>

#include <array>
#include <catch2/catch.hpp>
#include <cerrno>
#include <cstdarg>
#include <cstring>
#include <ctime>

#include "injector/ptrace/remote_call.h"
#include "tests/support/skip.h"
#include "tests/unit/ptrace/forked.h"

using namespace memray;
using namespace memray::ptrace;
using namespace memray::ptrace::tests;

namespace {

// Requests that the process still makes; -1: any number.
int requests_left = -1;

void count_request() {
    if (requests_left == 0) { ::kill(::getpid(), SIGKILL); }
    if (requests_left > 0) { --requests_left; }
}

}  // namespace

// In place of the C library's, for this whole program.
extern "C" long ptrace(enum __ptrace_request request, ...) noexcept {
    std::va_list arguments;
    va_start(arguments, request);
    const pid_t pid = va_arg(arguments, pid_t);
    void* const address = va_arg(arguments, void*);
    void* data = va_arg(arguments, void*);
    va_end(arguments);
    long word = 0;
    const bool peeks = request == PTRACE_PEEKTEXT || request == PTRACE_PEEKDATA || request == PTRACE_PEEKUSER;
    if (peeks) { data = &word; }
    count_request();
    const long result = ::syscall(SYS_ptrace, request, pid, address, data);
    return peeks && result == 0 ? word : result;
}

extern "C" ssize_t pwrite64(int fd, const void* data, std::size_t size, off64_t offset) {
    count_request();
    return ::syscall(SYS_pwrite64, fd, data, size, offset);
}

namespace {

int wide_registers_in_use(Shared& shared) { return keep_ymm_live(shared); }

// Without a time limit: the kernel makes the call again.
int reads(Shared& shared) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) { return 1; }
    if (::fork() == 0) {
        while (shared.go.load() == 0) { ::poll(nullptr, 0, 1); }
        ::_exit(::write(ends[1], "x", 1) == 1 ? 0 : 1);
    }
    shared.ready = 1;
    char byte = 0;
    const ssize_t count = ::read(ends[0], &byte, 1);
    return count == 1 && byte == 'x' ? 0 : 2;
}

// What rt_sigreturn cannot put back: the rest of the time.
int polls(Shared& shared) {
    shared.ready = 1;
    while (shared.go.load() == 0) {
        if (::poll(nullptr, 0, 5) < 0 && errno != EINTR) { return 1; }
    }
    return 0;
}

// The signal must get through afterwards, on the stack that the program chose for it.
int handles_signals(Shared& shared) {
    static Shared* seen = nullptr;
    static std::array<char, 65536> stack{};
    seen = &shared;
    const stack_t alternate{stack.data(), 0, stack.size()};
    ::sigaltstack(&alternate, nullptr);
    struct sigaction action {};
    action.sa_flags = SA_ONSTACK;
    action.sa_handler = [](int) {
        const auto* here = static_cast<const char*>(__builtin_frame_address(0));
        if (here >= stack.data() && here < stack.data() + stack.size()) { ++seen->signals; }
    };
    ::sigaction(SIGUSR1, &action, nullptr);
    spin(shared);
    ::raise(SIGUSR1);
    return shared.signals == 1 ? 0 : 1;
}

// False if the tracer was killed at that request.
bool borrow(pid_t target, int requests) {
    const pid_t tracer = ::fork();
    if (tracer == 0) {
        requests_left = requests;
        {
            Tracee tracee = Tracee::seize(target, 0, OnDestroy::kDetach);
            tracee.interrupt();
            tracee.wait();
            const RemoteMemory memory(target);
            const CodePage page = map_page(tracee, memory);
            SavedRegisters saved(tracee, memory);
            RemoteCall call(tracee, memory, saved, page.call_code());
            call.function(RemoteAddr(reinterpret_cast<std::uint64_t>(&clobber_vectors)), {});
            call.system_call(SYS_getpid, {});
            saved.restore();
            tracee.detach();
        }
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(tracer, &status, __WALL);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

template <typename Function>
int requests_survived(Function function) {
    for (int requests = 1;; ++requests) {
        Forked child(function);
        const bool done = borrow(child.pid(), requests);
        ::poll(nullptr, 0, 1);
        child.shared().go = 1;
        CAPTURE(requests);
        REQUIRE(child.join() == 0);
        if (done) { return requests; }
    }
}

}  // namespace

TEST_CASE("a thread that was borrowed by a tracer that is killed goes on as if nothing had been") {
    if (__builtin_cpu_supports("avx2") == 0) {
        memray::tests::skip("no AVX2");
    } else {
        CHECK(requests_survived(wide_registers_in_use) > 30);
    }
    CHECK(requests_survived(handles_signals) > 30);
}

TEST_CASE("system calls that a killed tracer interrupted are made again, or end with EINTR if they have a time limit") {
    CHECK(requests_survived(reads) > 30);
    CHECK(requests_survived(polls) > 30);
}
