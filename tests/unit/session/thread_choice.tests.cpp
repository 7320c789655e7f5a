// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/safe_point/thread_choice.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <cstdio>
#include <string>
#include <thread>

#include "injector/base/error.h"
#include "injector/base/file.h"

using namespace memray;
using safe_point::parse_blocked_call;

TEST_CASE("the blocked call of a thread is read") {
    CHECK(parse_blocked_call("230 0x0 0x0 0x7ffd 0x0 0x0 0x0 0x7ffd 0x7f\n") == 230);
    CHECK(parse_blocked_call("-1 0x7ffd 0x7f\n") == -1);
    CHECK_FALSE(parse_blocked_call("running\n"));
    CHECK_FALSE(parse_blocked_call(""));
}

TEST_CASE("a thread that waits in a restartable call comes before one that runs") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    std::atomic<pid_t> waiting{0};
    std::thread reader([&] {
        waiting = ::gettid();
        char byte = 0;
        static_cast<void>(::read(ends[0], &byte, 1));
    });
    const auto blocked = [&] {
        const std::string path = "/proc/self/task/" + std::to_string(waiting) + "/syscall";
        return waiting != 0 && parse_blocked_call(base::try_read_file(path).value_or("")) == 0;
    };
    while (!blocked()) { std::this_thread::yield(); }
    std::atomic<pid_t> running{0};
    std::atomic<bool> done{false};
    std::thread runner([&] {
        running = ::gettid();
        while (!done) {}
    });
    while (running == 0) { std::this_thread::yield(); }
    const std::vector<pid_t> order = safe_point::threads_to_borrow(::getpid());
    done = true;
    runner.join();
    REQUIRE(order.size() == 3);  // this thread, too
    CHECK(order.back() == running);
    CHECK(std::find(order.begin(), order.end(), waiting) != order.end());
    REQUIRE(::write(ends[1], "x", 1) == 1);
    reader.join();
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_CASE("a process that is gone has no threads") {
    CHECK_THROWS_AS(safe_point::threads_to_borrow(1 << 23), base::Error);
}
