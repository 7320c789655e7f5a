// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/recorder_wait.h"

#include <catch2/catch.hpp>

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

int rounds_of(RecorderWait& wait) {
    int rounds = 0;
    while (rounds < 1000 && wait.goes_on()) { ++rounds; }
    return rounds;
}

}  // namespace

TEST_CASE("a recorder that answers nobody is waited for a while") {
    const Inherited inherited;
    RecorderWait wait;
    CHECK(rounds_of(wait) == 100);
    CHECK_FALSE(wait.goes_on());
}

TEST_CASE("a recorder that answers others is waited for long, but not for good") {
    Inherited inherited;
    RecorderWait wait;
    for (int round = 0; round < 1000; ++round) {
        if (round % 100 == 0) { ++inherited.pool.answers; }
        REQUIRE(wait.goes_on());
    }
    for (int round = 1000; round < 1200; ++round) {
        ++inherited.pool.answers;
        REQUIRE(wait.goes_on());
    }
    CHECK_FALSE(wait.goes_on());
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
