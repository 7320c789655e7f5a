// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/ptrace/remote_call.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstring>
#include <optional>

#include "injector/base/error.h"
#include "injector/ptrace/signal_frame.h"
#include "tests/support/skip.h"
#include "tests/unit/ptrace/forked.h"

using namespace memray;
using namespace memray::ptrace;
using namespace memray::ptrace::tests;
using Catch::Matchers::Contains;

namespace {

template <typename Function>
RemoteAddr address_of(Function* function) {
    return RemoteAddr(reinterpret_cast<std::uint64_t>(function));
}

std::uint64_t weigh(std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d, std::uint64_t e,
                    std::uint64_t f) {
    return a + 10 * b + 100 * c + 1000 * d + 10000 * e + 100000 * f;
}
// 0 if rsp is as the ABI wants it: a compiler may use aligned moves.
std::uint64_t misalignment() {
    alignas(16) volatile char place[16] = {};
    return reinterpret_cast<std::uint64_t>(__builtin_frame_address(0)) % 16 + static_cast<unsigned char>(place[0]);
}
constexpr auto kCurrentFolder = static_cast<std::uint64_t>(AT_FDCWD);
// The size of the file, and whether the arguments are still what they were after the system call.
std::uint64_t size_of_file(const char* path) {
    std::uint64_t rdi = kCurrentFolder;
    auto rsi = reinterpret_cast<std::uint64_t>(path);
    std::uint64_t rdx = O_RDONLY;
    std::int64_t fd = SYS_openat;
    asm volatile("syscall" : "+a"(fd), "+D"(rdi), "+S"(rsi), "+d"(rdx) : : "rcx", "r11", "memory");
    if (fd < 0) { return 1000; }
    const bool kept = rdi == kCurrentFolder && rsi == reinterpret_cast<std::uint64_t>(path) && rdx == O_RDONLY;
    const auto size = ::lseek(static_cast<int>(fd), 0, SEEK_END);
    ::close(static_cast<int>(fd));
    return kept ? static_cast<std::uint64_t>(size) : 2000;
}
void crash() { asm volatile("movl $1, 8"); }
void never_return() {
    for (;;) { asm volatile(""); }
}
void die() { ::_exit(5); }
void stop_itself() { ::raise(SIGSTOP); }
int raise_usr1() { return ::raise(SIGUSR1); }
// A stopped child, ready to be called into.
struct Callee {
    explicit Callee(std::chrono::milliseconds limit = std::chrono::seconds(10)) : Callee(spin, limit) {}
    template <typename Function>
    Callee(Function function, std::chrono::milliseconds limit)
        : child(function),
          tracee(child.stop()),
          memory(child.pid()),
          page(map_page(tracee, memory)),
          saved(tracee, memory),
          call(std::in_place, tracee, memory, saved, page.call_code(), limit) {}
    // The exit status of the child once everything is as it was.
    int finish() {
        saved.restore();
        call.reset();
        tracee.detach();
        child.shared().go = 1;
        return child.join();
    }
    Forked child;
    Tracee tracee;
    RemoteMemory memory;
    CodePage page;
    SavedRegisters saved;
    std::optional<RemoteCall> call;
};

}  // namespace

TEST_CASE("a function gets six arguments and its result comes back") {
    Callee callee;
    CHECK(callee.call->function(address_of(&weigh), {1, 2, 3, 4, 5, 6}) == 654321);
    CHECK(callee.call->function(address_of(&weigh), {7}) == 7);
    CHECK(callee.finish() == 0);
}

TEST_CASE("the stack of a called function is aligned, after strings were pushed, too") {
    Callee callee;
    CHECK(callee.call->function(address_of(&misalignment), {}) == 0);
    callee.call->push("odd");
    CHECK(callee.call->function(address_of(&misalignment), {}) == 0);
    CHECK(callee.finish() == 0);
}

TEST_CASE("pushed strings can be passed") {
    Callee callee;
    const RemoteAddr first = callee.call->push("first");
    const RemoteAddr second = callee.call->push(std::string(1000, 's'));
    CHECK(callee.call->function(address_of(&::strlen), {first.value()}) == 5);
    CHECK(callee.call->function(address_of(&::strlen), {second.value()}) == 1000);
    CHECK(callee.call->function(address_of(&::strlen), {first.value()}) == 5);
    CHECK(callee.finish() == 0);
}

TEST_CASE("a system call returns its result or a negative errno") {
    Callee callee;
    CHECK(callee.call->system_call(SYS_getpid, {}) == callee.child.pid());
    CHECK(callee.call->system_call(SYS_close, {9999}) == -EBADF);
    CHECK(callee.call->system_call(SYS_mmap, {0, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, ~0ULL, 0}) > 0);
    CHECK(callee.finish() == 0);
}

TEST_CASE("a call makes a process, which is traced and has not run when the call has not ended") {
    Callee callee;
    callee.tracee.set_options(PTRACE_O_TRACECLONE);
    for (const int pending : {0, SIGSTOP}) {
        if (pending != 0) { ::kill(callee.child.pid(), pending); }  // the kernel begins the call again
        std::optional<Tracee> made;
        bool stood_still = false;
        const std::int64_t result = callee.call->cloning_call(SYS_clone, {0, 0, 0, 0, 0}, [&](pid_t id) {
            made.emplace(Tracee::adopt(id, OnDestroy::kKill));
            stood_still = made->wait().kind() == WaitKind::kEventStop;
        });
        REQUIRE(made);
        CHECK((made->id() == result && stood_still));
        CHECK(get_registers(*made).rax == 0);
    }
    CHECK(callee.call->cloning_call(SYS_clone, {CLONE_SIGHAND, 0, 0, 0, 0}, [](pid_t) { FAIL("made"); }) == -EINVAL);
    callee.saved.restore();
    callee.call.reset();
    callee.tracee.detach();
    int status = 0;
    REQUIRE(::waitpid(callee.child.pid(), &status, WUNTRACED) == callee.child.pid());
    CHECK((WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP));
    ::kill(callee.child.pid(), SIGCONT);
    callee.child.shared().go = 1;
    CHECK(callee.child.join() == 0);
}

TEST_CASE("a signal frame without vector registers leads on") {
    Callee callee;
    Registers registers = callee.saved.registers();
    registers.rip = address_of(&die).value();
    registers.rsp = (registers.rsp & ~15ULL) - 8;
    const SignalFrame frame = make_bare_signal_frame(registers, 0, callee.saved.frame().aligned_down(64) - 64);
    callee.memory.write(frame.address, frame.bytes.data(), frame.bytes.size());
    registers.rip = library_code().returns_to.value();
    registers.rsp = frame.address.value() + 8;
    set_registers(callee.tracee, registers);
    callee.tracee.resume();
    const WaitStatus status = callee.tracee.wait();
    callee.child.mark_reaped();
    CHECK((status.kind() == WaitKind::kExited && status.code() == 5));
}

TEST_CASE("a function opens a file that is in no file system") {
    Callee callee;
    const RemoteAddr name = callee.call->push("/nowhere/file");
    const auto fd = static_cast<int>(callee.call->system_call(SYS_memfd_create, {name.value(), 0}));
    REQUIRE(callee.call->system_call(SYS_ftruncate, {static_cast<std::uint64_t>(fd), 77}) == 0);
    const auto size = address_of(&size_of_file);
    bool opened = true;
    CHECK(callee.call->function_opening(size, {name.value()}, "/nowhere", fd, opened) == 1000);
    CHECK_FALSE(opened);
    CHECK(callee.call->function_opening(address_of(&weigh), {7}, "/nowhere/file", fd, opened) == 7);
    CHECK_FALSE(opened);
    CHECK(callee.call->function_opening(size, {name.value()}, "/nowhere/file", fd, opened) == 77);
    CHECK(opened);
    CHECK(callee.call->system_call(SYS_close, {static_cast<std::uint64_t>(fd)}) == -EBADF);  // it was the function's
    CHECK_THROWS_WITH(callee.call->function_opening(address_of(&die), {}, "/nowhere/file", fd, opened),
                      "The target exited with status 5 during a call made for us");
    callee.child.mark_reaped();
}

TEST_CASE("vector registers and the red zone survive a call that overwrites them") {
    if (__builtin_cpu_supports("avx2") == 0) {
        memray::tests::skip("no AVX2");
        return;
    }
    for (int round = 0; round < 20; ++round) {
        Callee callee(keep_ymm_live, std::chrono::seconds(10));
        callee.call->push("somewhere on the stack");
        callee.call->function(address_of(&clobber_vectors), {});
        CHECK(callee.finish() == 0);
    }
}

TEST_CASE("signals wait until the thread is itself again") {
    Callee callee(
        [](Shared& shared) {
            static std::atomic<int>* count;
            count = &shared.signals;
            ::signal(SIGUSR1, [](int) { ++*count; });
            spin(shared);
            while (shared.signals != 2) {}
            return 0;
        },
        std::chrono::seconds(10));
    ::kill(callee.child.pid(), SIGUSR1);
    CHECK(callee.call->function(address_of(&weigh), {1}) == 1);
    CHECK(callee.child.shared().signals == 0);
    // Blocked and not queued twice: this one comes once the first is delivered.
    callee.saved.restore();
    callee.call.reset();
    callee.tracee.detach();
    while (callee.child.shared().signals != 1) {}
    ::kill(callee.child.pid(), SIGUSR1);
    callee.child.shared().go = 1;
    CHECK(callee.child.join() == 0);
}

TEST_CASE("a signal raised inside a call stays pending") {
    Callee callee;
    CHECK(callee.call->function(address_of(&raise_usr1), {}) == 0);
    CHECK(callee.finish() == 128 + SIGUSR1);
}

TEST_CASE("a stop signal cannot hold up a call, and stops the thread afterwards") {
    Callee callee;
    callee.call->function(address_of(&stop_itself), {});
    callee.saved.restore();
    callee.call.reset();
    callee.tracee.detach();
    int status = 0;
    CHECK(::waitpid(callee.child.pid(), &status, WUNTRACED) == callee.child.pid());
    CHECK(WIFSTOPPED(status));
    ::kill(callee.child.pid(), SIGCONT);
    callee.child.shared().go = 1;
    CHECK(callee.child.join() == 0);
}

TEST_CASE("a call that faults, dies or hangs is an error") {
    Callee crashing;
    CHECK_THROWS_WITH(crashing.call->function(address_of(&crash), {}), Contains("received SIGSEGV at 0x"));
    Callee dying;
    CHECK_THROWS_WITH(dying.call->function(address_of(&die), {}),
                      "The target exited with status 5 during a call made for us");
    dying.child.mark_reaped();
    Callee hanging(std::chrono::milliseconds(20));
    CHECK_THROWS_WITH(hanging.call->function(address_of(&never_return), {}),
                      "The target did not finish a call made for us within 20 ms");
}

TEST_CASE("everything is put back on destruction") {
    Forked child(spin);
    {
        const Tracee tracee = child.stop();
        const RemoteMemory memory(child.pid());
        const SignalMask mask = get_signal_mask(tracee);
        const Registers before = get_registers(tracee);
        {
            SavedRegisters saved(tracee, memory);
            Registers other = before;
            other.rip = 1;
            other.rbx = 2;
            saved.depart(other, RemoteAddr(1));
            CHECK(get_signal_mask(tracee) != mask);
        }
        CHECK(get_signal_mask(tracee) == mask);
        CHECK(get_registers(tracee).rip == before.rip);
        CHECK(get_registers(tracee).rbx == before.rbx);
    }
    child.shared().go = 1;
    CHECK(child.join() == 0);
}
