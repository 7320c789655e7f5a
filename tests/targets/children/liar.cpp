// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Writes into the memory for children whatever it is told to, in the name of anybody.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <climits>
#include <thread>

#include "payload/wire/child_pool.h"

using namespace memray::wire;

namespace {

constexpr int kNoAnswer = -1;
constexpr int kRounds = 20'000;  // of a millisecond

void wake_recorder(ChildPool& pool) {
    pool.claims.fetch_add(1);
    ::syscall(SYS_futex, &pool.claims, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

// What the state becomes instead of `asked`.
template <typename State>
int answer(ChildPool& pool, std::atomic<State>& state, State asked) {
    state = asked;
    wake_recorder(pool);
    for (int round = 0; round < kRounds; ++round) {
        if (state != asked) { return static_cast<int>(state.load()); }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return kNoAnswer;
}

}  // namespace

#pragma GCC visibility push(default)
extern "C" {

std::uint32_t recorder_of(const ChildPool* pool) { return pool->recorder; }
std::uint32_t namespace_of(const ChildPool* pool) { return pool->recorder_namespace; }

// 1 if the claim was accepted, 0 if it was refused.
int claim(ChildPool* pool, std::uint32_t process, std::uint32_t thread, std::uint32_t pid_namespace) {
    for (std::uint32_t index = 0; index < pool->place_count; ++index) {
        ChildPlace& place = *place_at(*pool, index);
        auto free = PlaceState::kFree;
        if (!place.state.compare_exchange_strong(free, PlaceState::kClaiming)) { continue; }
        place.caller = {process, thread, pid_namespace, pool->tickets.fetch_add(1)};
        const int state = answer(*pool, place.state, PlaceState::kClaimed);
        return state == kNoAnswer ? state : static_cast<int>(state == static_cast<int>(PlaceState::kAccepted));
    }
    return kNoAnswer;
}

// 1 if the thread was traced, 0 if not.
int ask_to_be_traced(ChildPool* pool, std::uint32_t process, std::uint32_t thread, std::uint32_t pid_namespace) {
    for (ExecRequest& request : pool->exec_requests) {
        auto free = ExecState::kFree;
        if (!request.state.compare_exchange_strong(free, ExecState::kClaiming)) { continue; }
        request.caller = {process, thread, pid_namespace, pool->tickets.fetch_add(1)};
        const int state = answer(*pool, request.state, ExecState::kAsked);
        return state == kNoAnswer ? state : static_cast<int>(state == static_cast<int>(ExecState::kTraced));
    }
    return kNoAnswer;
}
}
#pragma GCC visibility pop
