// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/source/frozen_copy.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <string>

#include "injector/base/error.h"
#include "injector/elf/memory_map.h"
#include "injector/heap/source/held_signals.h"
#include "injector/heap/source/injected_clone.h"
#include "injector/heap/source/own_stack.h"
#include "injector/heap/source/room.h"
#include "injector/heap/source/stopped_process.h"
#include "injector/safe_point/seccomp.h"
#include "injector/safe_point/system_call_code.h"
#include "injector/safe_point/thread_choice.h"

namespace memray::heap {
namespace {

using namespace std::chrono_literals;
using ptrace::Tracee;

constexpr auto kBetweenLooks = 20ms;
constexpr auto kWhileLate = 1ms;
constexpr int kAttempts = 3;  // with other threads: a stack may have no room

bool suspends_filters(pid_t pid) { return safe_point::is_filtered(pid) && safe_point::may_suspend_filters(); }

// Ten times what it takes on a machine that is not busy.
std::chrono::milliseconds limit_for(pid_t pid) {
    constexpr std::uint64_t kBytesInMillisecond = 1'000'000;
    return std::chrono::seconds(2) + std::chrono::milliseconds(private_memory(pid) / kBytesInMillisecond);
}

// All that can be found out while the process still runs.
struct Entrance {
    explicit Entrance(pid_t pid)
        : memory(pid),
          maps(elf::read_maps(pid)),
          suspends(suspends_filters(pid)),
          limit(limit_for(pid)),
          order(safe_point::threads_to_borrow(pid)) {
        const auto found = safe_point::find_system_call_code(maps, memory);
        if (!found) { throw base::Error("It has no code to make system calls with"); }
        code = *found;
    }
    ptrace::RemoteMemory memory;
    std::vector<elf::MapEntry> maps;
    bool suspends;
    std::chrono::milliseconds limit;
    std::vector<pid_t> order;  // the threads that are best borrowed come first
    ptrace::CallCode code;
};

// Those that may be borrowed, the best ones first.
std::vector<Tracee*> to_borrow(std::vector<Tracee>& threads, const Entrance& entrance) {
    std::vector<Tracee*> result;
    for (Tracee& thread : threads) {
        if (is_on_own_stack(ptrace::get_registers(thread), entrance.maps)) { result.push_back(&thread); }
    }
    const auto& order = entrance.order;
    const auto rank = [&](const Tracee* thread) { return std::find(order.begin(), order.end(), thread->id()); };
    std::stable_sort(result.begin(), result.end(),
                     [&](const Tracee* left, const Tracee* right) { return rank(left) < rank(right); });
    result.resize(std::min<std::size_t>(result.size(), kAttempts));
    return result;
}

Tracee make_copy(StoppedProcess& stopped, const Entrance& entrance) {
    if (stopped.threads().empty()) { throw base::Error("No thread of it could be stopped"); }
    std::exception_ptr failure;
    for (Tracee* thread : to_borrow(stopped.threads(), entrance)) {
        try {
            return clone_process(*thread, entrance.memory, entrance.code, entrance.suspends, entrance.limit);
        } catch (const CloneRefused&) { throw; } catch (const base::Error&) {
            failure = std::current_exception();
        }
    }
    if (failure) { std::rethrow_exception(failure); }
    throw base::Error("No thread of it is on a stack of its own");
}

// Should something kill the copy, nobody must wait for us to notice: the end of its PID namespace, say.
void hold(Tracee& copy, StoppedProcess& stopped, const std::future<void>& end) {
    while (end.wait_for(stopped.release_late() ? kBetweenLooks : kWhileLate) != std::future_status::ready) {
        if (copy.attached()) { copy.wait_until(std::chrono::steady_clock::now()); }
    }
}

}  // namespace

FrozenCopy::FrozenCopy(pid_t pid) {
    const HeldSignals held;
    std::promise<Made> made;
    std::future<Made> result = made.get_future();
    tracer_ = std::thread(make_and_hold, pid, std::move(made), end_.get_future());
    try {
        made_ = result.get();
    } catch (...) {
        tracer_.join();
        throw;
    }
}

FrozenCopy::~FrozenCopy() {
    end_.set_value();
    tracer_.join();
}

void FrozenCopy::make_and_hold(pid_t pid, std::promise<Made> made, const std::future<void>& end) {
    try {
        const Entrance entrance(pid);
        StoppedProcess stopped(pid);
        StandStill stand_still{stopped.states(), stopped.late().size(), {}};
        Tracee copy = make_copy(stopped, entrance);
        stand_still.pause = stopped.release();
        settle_clone(copy, entrance.code, entrance.suspends);
        made.set_value({copy.id(), std::move(stand_still)});
        hold(copy, stopped, end);
    } catch (...) { made.set_exception(std::current_exception()); }
}

}  // namespace memray::heap
