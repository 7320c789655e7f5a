// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/safe_point/stack_verdict.h"

#include <sys/syscall.h>

#include <catch2/catch.hpp>

using namespace memray;
using memray::base::RemoteAddr;

namespace {

// Frames by the kind of their code, innermost first: 'p' Python, 'c' the C library, 'l' loader, 'a' allocator. Frame i
// has instruction 1000 * (i + 1) and stack pointer 10 * (i + 1).
safe_point::Verdict judge(const std::string& kinds, std::int64_t system_call = -1, bool waits_for_caller = false) {
    safe_point::StackFacts facts;
    for (std::size_t i = 1; i <= kinds.size(); ++i) {
        facts.stack.frames.push_back({RemoteAddr(1000 * i), RemoteAddr(10 * i)});
    }
    facts.stack.complete = true;
    facts.system_call = system_call;
    facts.kind_at = [&kinds](RemoteAddr address) {
        switch (kinds.at((address.value() + 1) / 1000 - 1)) {
            case 'c':
                return safe_point::CodeKind::kLibc;
            case 'l':
                return safe_point::CodeKind::kLoader;
            case 'a':
                return safe_point::CodeKind::kAllocator;
            default:
                return safe_point::CodeKind::kOther;
        }
    };
    facts.waits_for_caller = [waits_for_caller](RemoteAddr) { return waits_for_caller; };
    return safe_point::judge_stack(facts);
}

}  // namespace

TEST_CASE("the program's own code can be interrupted, in the main thread and in others") {
    CHECK(judge("pppccp").safe);
    CHECK(judge("ppppcc").safe);
}

TEST_CASE("inside the C library only calls that wait are safe") {
    CHECK_FALSE(judge("cpppcc").safe);
    CHECK_FALSE(judge("ccpppcc", SYS_futex).safe);  // a lock of the allocator, say
    CHECK(judge("ccpppcc", SYS_futex, true).safe);  // sem_wait
    CHECK(judge("cpppcc", SYS_clock_nanosleep).safe);
    CHECK_FALSE(judge("cpppcc", SYS_munmap).safe);
    CHECK_FALSE(judge("cpppcc", -1, true).safe);  // not waiting yet, or no longer
}

TEST_CASE("the outermost unsafe call is the one to leave") {
    const safe_point::Verdict verdict = judge("cclccppcc");
    REQUIRE_FALSE(verdict.safe);
    REQUIRE(verdict.leave);
    CHECK(verdict.leave->instruction == RemoteAddr(6000));
    CHECK(verdict.leave->stack_pointer == RemoteAddr(60));
    CHECK(verdict.reason == "it is inside the C library");
}

TEST_CASE("a call back from the C library, the loader or an allocator is not safe") {
    CHECK_FALSE(judge("pccpppcc").safe);
    CHECK_FALSE(judge("cppccpppcc", SYS_read).safe);
    CHECK(judge("plppcc").reason == "it is inside the loader");
    CHECK(judge("cappcc", SYS_futex, true).reason == "it is inside an allocator");
}

TEST_CASE("a thread that only begins or ends has no caller that waits") {
    CHECK_FALSE(judge("cc", SYS_futex, true).safe);
    CHECK_FALSE(judge("ccc").safe);
}

TEST_CASE("a stack that cannot be read is not safe") {
    safe_point::StackFacts facts;
    facts.kind_at = [](RemoteAddr) { return safe_point::CodeKind::kOther; };
    facts.stack.frames = {{RemoteAddr(1), RemoteAddr(1)}, {RemoteAddr(2), RemoteAddr(2)}};
    const safe_point::Verdict verdict = safe_point::judge_stack(facts);
    CHECK_FALSE(verdict.safe);
    CHECK(verdict.reason == "its stack cannot be read");
}

TEST_CASE("calls that a stop ends with EINTR are known") {
    CHECK(safe_point::ends_when_stopped(SYS_epoll_wait));
    CHECK_FALSE(safe_point::ends_when_stopped(SYS_poll));
    CHECK_FALSE(safe_point::waits_outside(SYS_mmap));
}
