// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/base/process_stat.h"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>

using namespace memray::base;

TEST_CASE("fields of a line are counted from its first") {
    CHECK(number_field("10 20 30\n", 0) == 10);
    CHECK(number_field("10 20 30\n", 2) == 30);
    CHECK(number_field("10 20 30\n", 3) == std::nullopt);
    CHECK(number_field("10 x 30\n", 1) == std::nullopt);
}

TEST_CASE("a process's name does not count, whatever it holds") {
    CHECK(stat_field("7 (a) S 1) S 12 13\n", 4) == 12);
    CHECK(stat_field("7 (a) S 1) S 12 13\n", 5) == 13);
    CHECK(stat_field("7 (a) S 12 13\n", 6) == std::nullopt);
    CHECK(stat_field("", 4) == std::nullopt);
}

TEST_CASE("a process is as old as the time since its fork") {
    using Clock = std::chrono::steady_clock;
    constexpr std::chrono::milliseconds kTick{10};
    const Clock::time_point before = Clock::now();
    const pid_t child = ::fork();
    if (child == 0) {
        ::pause();
        ::_exit(0);
    }
    const Clock::time_point after = Clock::now();
    ::usleep(100'000);
    const auto least = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - after);
    const auto age = age_of(child);
    const auto most = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - before);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    REQUIRE(age.has_value());
    CHECK(*age >= least - kTick);
    CHECK(*age <= most + kTick);
    CHECK(age_of(child) == std::nullopt);
}
