// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/recorder_wait.h"

#include <sys/time.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>

namespace memray::payload {
namespace {

// The pool that this process would have inherited.
class Inherited {
public:
    Inherited() { children = {&pool, sizeof(pool), &lock}; }
    ~Inherited() { children = {}; }
    Inherited(const Inherited&) = delete;
    Inherited& operator=(const Inherited&) = delete;

    wire::ChildPool pool;
    std::atomic<std::uint32_t> lock{1};
};

void interrupt_after(std::uint32_t microseconds) {
    itimerval timer{};
    timer.it_value.tv_usec = microseconds;
    timer.it_interval.tv_usec = microseconds;
    ::setitimer(ITIMER_REAL, &timer, nullptr);
}

}  // namespace

TEST_CASE("a recorder that answers nobody is waited for five seconds, whatever signals come") {
    const std::uint32_t period = GENERATE(0U, 4000U);
    const Inherited inherited;
    struct sigaction nothing {};
    nothing.sa_handler = [](int) {};
    struct sigaction before {};
    ::sigaction(SIGALRM, &nothing, &before);
    interrupt_after(period);
    const auto start = std::chrono::steady_clock::now();
    RecorderWait wait;
    const std::atomic<std::uint32_t> word{1};
    const auto passed = [&] { return std::chrono::steady_clock::now() - start; };
    bool goes_on = wait.goes_on();
    // Among signals it takes longer: only a moment counts of each sleep.
    const std::chrono::milliseconds looked_at(period == 0 ? 20'000 : 2'000);
    for (; goes_on && passed() < looked_at; goes_on = wait.goes_on()) { wait.wait(word, 1U); }
    interrupt_after(0);
    ::sigaction(SIGALRM, &before, nullptr);
    CHECK(goes_on == (period != 0));
    CHECK(passed() >= (period == 0 ? std::chrono::milliseconds(5000) : looked_at));
}

TEST_CASE("a dead recorder is not waited for") {
    Inherited inherited;
    RecorderWait wait;
    CHECK(wait.goes_on());
    inherited.lock |= FUTEX_OWNER_DIED;
    ++inherited.pool.answers;
    CHECK_FALSE(wait.goes_on());
}

TEST_CASE("the recorder is woken by a count that goes up") {
    const Inherited inherited;
    wake_recorder();
    CHECK(inherited.pool.claims == 1);
}

}  // namespace memray::payload
