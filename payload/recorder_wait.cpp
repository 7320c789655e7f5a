// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/recorder_wait.h"

namespace memray::payload {

bool recorder_died() noexcept { return (children.lock->load(std::memory_order_relaxed) & FUTEX_OWNER_DIED) != 0; }

void wake_recorder() noexcept {
    children.pool->claims.fetch_add(1, std::memory_order_release);
    futex_wake(children.pool->claims);
}

RecorderWait::RecorderWait() noexcept : seen_answers_(children.pool->answers.load(std::memory_order_relaxed)) {}

bool RecorderWait::goes_on() noexcept {
    const std::uint32_t answers = children.pool->answers.load(std::memory_order_relaxed);
    if (answers != seen_answers_) { idle_ns_ = 0; }
    seen_answers_ = answers;
    return idle_ns_ < kIdleNs && waited_ns_ < kLongestNs && !recorder_died();
}

}  // namespace memray::payload
