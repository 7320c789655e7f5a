// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Asking the recorder of the children for something, and waiting for it. Who waits may hold the GIL and any lock of its
// own: it waits for its turn among many, but not for good, and neither for a recorder that is dead nor for one that has
// nothing to give.
#pragma once

#include "payload/children.h"
#include "payload/syscalls.h"
#include "payload/waiting.h"
#include "payload/wire/child_pool.h"

namespace memray::payload {

// How the calling thread presents itself, with a ticket of its own.
wire::Caller this_caller(wire::ChildPool& pool) noexcept;

bool recorder_died() noexcept;
// Has it look at what changed in the pool.
void wake_recorder() noexcept;

class RecorderWait {
public:
    RecorderWait() noexcept;

    // False when there is no use in waiting any longer: the recorder has died, or has answered nobody for five seconds
    // (it may be stopped, or all of its room be taken), or this has taken a minute.
    [[nodiscard]] bool goes_on() noexcept;

    // Until `word` is not `value` any more, or for a moment.
    template <typename Word, typename Value>
    void wait(const Word& word, Value value) noexcept {
        const std::int64_t more = sleep_while(word, static_cast<std::uint32_t>(value), kRoundNs);
        waited_ns_ += more;
        idle_ns_ += more;
    }

private:
    static constexpr std::int64_t kRoundNs = 50'000'000;
    static constexpr std::int64_t kIdleNs = 5'000'000'000;
    static constexpr std::int64_t kLongestNs = 60'000'000'000;

    std::uint32_t seen_answers_;
    std::int64_t idle_ns_{0};
    std::int64_t waited_ns_{0};
};

}  // namespace memray::payload
