// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What happened after Python was finalized: it counts if the program initializes Python again, and else never did.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>

#include "injector/collector/thread_state.h"

namespace memray::collector {

class HeldEvents {
public:
    // More than that are not held: a program that ends with Python and goes on for days would fill the memory.
    static constexpr std::size_t kMost = std::size_t{1} << 22U;

    struct Event {
        std::uint64_t header;  // of the record; 0: the time has come to be what `address` says
        std::uint64_t address;
        std::uint32_t thread;  // index
        std::uint32_t python;  // nodes of its stacks
        std::uint32_t native;
    };

    void add(const ThreadState& thread, std::uint64_t header, std::uint64_t address) {
        add({header, address, thread.thread, thread.python.node, thread.native.node});
    }
    // Events from now on happen at `ms` (since the epoch).
    void add_time(std::int64_t ms) {
        const auto now = static_cast<std::uint64_t>(ms);
        if (events_.empty() || events_.back().header != 0) { return add({0, now, 0, 0, 0}); }
        events_.back().address = now;
    }
    // A thread has ended, of which events are held.
    void retire(ThreadState&& thread) { retired_.insert_or_assign(thread.thread, std::move(thread)); }

    // There were too many: for good, and none is held any more.
    [[nodiscard]] bool overflown() const noexcept { return overflown_; }

    // Forgets them all after calling handle(event, thread), in order. `find`: the state of a living thread by index.
    template <typename Find, typename Handle>
    void replay(Find find, Handle handle) {
        for (const Event& event : events_) {
            const auto retired = retired_.find(event.thread);
            handle(event, retired != retired_.end() ? retired->second : find(event.thread));
        }
        clear();
    }

private:
    void add(const Event& event) {
        if (overflown_) { return; }
        events_.push_back(event);
        overflown_ = events_.size() >= kMost;
        if (overflown_) { clear(); }
    }
    void clear() {
        events_ = {};
        retired_.clear();
    }

    bool overflown_{false};
    std::deque<Event> events_;
    std::map<std::uint32_t, ThreadState> retired_;  // by index
};

}  // namespace memray::collector
