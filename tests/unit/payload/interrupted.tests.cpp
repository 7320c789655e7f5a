// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A signal handler comes after single instructions of a thread's first events in a recording, by a debugger's steps.
#include <dlfcn.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>

#include "payload/wire/ring_reader.h"
#include "tests/support/region.h"

using namespace memray;
using tests::Region;

namespace {

constexpr tests::RegionShape kShape{4, 1U << 12U, 64};
constexpr int kMark = SIGUSR2;  // before and after the events
constexpr int kInterrupt = SIGUSR1;

enum Verdict : int { kGood = 0, kNotStarted, kChildWasHarmed, kChildWrote, kTornRing, kMiscounted };

enum class Handler : std::uint8_t { kForks, kAllocates };
Handler handler;
volatile pid_t forked = -1;

template <typename Pointer>
Pointer opaque(Pointer pointer) {
    __asm__ volatile("" : "+r"(pointer) : : "memory");
    return pointer;
}

void make_events(std::size_t size) { std::free(opaque(std::malloc(size))); }

void on_interrupt(int /*signal*/) {
    if (handler == Handler::kForks) {
        forked = ::fork();
        if (forked == 0) { std::signal(kMark, SIG_IGN); }  // nobody traces it
    } else {
        make_events(32);
    }
}

// Numbered records in all rings; -1 if one makes no sense.
long count_events(const Region& region) {
    long events = 0;
    for (std::uint32_t slot = 0; slot < kShape.slots; ++slot) {
        wire::RingReader reader(region.slot(slot), kShape.ring_words);
        while (reader.has_record()) {
            const std::size_t length = reader.record_length();
            if (length == 0) { return -1; }
            events += wire::is_numbered(wire::kind_of(reader.word(0))) ? 1 : 0;
            reader.skip(length);
        }
    }
    return events;
}

Verdict judge(const Region& region) {
    const auto numbers = static_cast<long>(region.control().next_sequence.load());
    if (forked > 0) {
        int status = -1;
        ::waitpid(forked, &status, 0);
        if (status != 0) { return kChildWasHarmed; }
        if (static_cast<long>(region.control().next_sequence.load()) != numbers) { return kChildWrote; }
    }
    if (count_events(region) != numbers) { return kTornRing; }
    const auto hidden = static_cast<long>(region.control().losses.reentrant.load());
    // Those of a handler that comes while the real malloc or free runs are hidden, and not counted.
    const bool good = numbers >= 2 && numbers + hidden <= (handler == Handler::kForks ? 2 : 4);
    return good && region.control().slots_high_water.load() == 1 ? kGood : kMiscounted;
}

Verdict record_events() {
    std::signal(kInterrupt, on_interrupt);
    // glibc's malloc may not be interrupted by another one while it prepares itself.
    make_events(100);
    make_events(32);
    void* payload = ::dlopen(MEMRAY_PAYLOAD_FILE, RTLD_NOW | RTLD_LOCAL);
    auto* start = reinterpret_cast<int (*)(void*, std::size_t)>(::dlsym(payload, "memray_payload_start"));
    const Region region(kShape);
    void* view = ::mremap(region.data(), 0, wire::kRegionHeadSize, MREMAP_MAYMOVE);
    if (start == nullptr || start(view, wire::kRegionHeadSize) != 0) { return kNotStarted; }
    std::raise(kMark);
    make_events(100);
    std::raise(kMark);
    if (forked == 0) { ::_exit(0); }
    return judge(region);
}

class Tracee {
public:
    Tracee() : pid_(::fork()) {
        if (pid_ == 0) {
            ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
            ::_exit(record_events());
        }
        wait();
        while (stopped_by() > 0 && stopped_by() != kMark) { go_on(PTRACE_CONT, stopped_by()); }
    }
    // False if the events are over before that many instructions.
    bool step(int instructions) {
        for (int i = 0; i < instructions; ++i) {
            go_on(PTRACE_SINGLESTEP, 0);
            if (stopped_by() != SIGTRAP) { return false; }
        }
        return true;
    }
    // The status that it ends with (waitpid(2)).
    int finish(int signal) {
        go_on(PTRACE_CONT, signal);
        while (stopped_by() > 0) { go_on(PTRACE_CONT, stopped_by() == kMark ? 0 : stopped_by()); }
        return status_;
    }

private:
    [[nodiscard]] int stopped_by() const { return WIFSTOPPED(status_) ? WSTOPSIG(status_) : 0; }
    void go_on(__ptrace_request request, int signal) {
        ::ptrace(request, pid_, nullptr, static_cast<std::intptr_t>(signal));
        wait();
    }
    void wait() {
        if (::waitpid(pid_, &status_, 0) != pid_) { FAIL("the tracee is gone"); }
    }

    pid_t pid_;
    int status_{0};
};

}  // namespace

TEST_CASE("a signal handler may fork or allocate between the instructions of a thread's first events") {
    handler = GENERATE(Handler::kForks, Handler::kAllocates);
    CAPTURE(static_cast<int>(handler));
    int instructions = 0;
    // In these the thread comes to the recording. To step to later ones takes longer.
    constexpr int kEachOfFirst = 300;
    constexpr int kStride = 7;
    for (bool inside = true; inside; instructions += instructions < kEachOfFirst ? 1 : kStride) {
        Tracee tracee;
        inside = tracee.step(instructions);
        const int status = tracee.finish(inside ? kInterrupt : 0);
        CAPTURE(instructions);
        CHECK(status == 0);
    }
    CHECK(instructions > kEachOfFirst);
}
