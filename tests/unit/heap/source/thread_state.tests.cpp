// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/source/thread_state.h"

#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>

using namespace memray;
using namespace memray::heap;
using base::RemoteAddr;

TEST_CASE("where a blocked thread is") {
    const auto in_call = parse_blocked_at("230 0x1 0x2 0x3 0x4 0x5 0x6 0x7ffc10 0x7f0a20\n");
    REQUIRE(in_call);
    CHECK((in_call->stack_pointer == RemoteAddr(0x7ffc10) && in_call->program_counter == RemoteAddr(0x7f0a20)));
    const auto elsewhere = parse_blocked_at("-1 0x7ffc10 0x7f0a20\n");
    REQUIRE(elsewhere);
    CHECK(elsewhere->stack_pointer == RemoteAddr(0x7ffc10));
}

TEST_CASE("where a thread that runs is, is not known") {
    for (const char* text : {"running\n", "", "\n", "0x7f0a20", "-1 0x7f0a20", "1 2 3", "-1 0xgg 0x1"}) {
        CAPTURE(text);
        CHECK(!parse_blocked_at(text));
    }
}

TEST_CASE("the threads of this process") {
    const std::vector<pid_t> ids = thread_ids(::getpid());
    CHECK(std::count(ids.begin(), ids.end(), ::getpid()) == 1);
    CHECK(thread_activity(::getpid(), ids.front()) == 'R');
    CHECK(thread_ids(0).empty());
    CHECK(!thread_activity(::getpid(), 1));
}
