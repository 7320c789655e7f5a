// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/source/stopped_process.h"

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "injector/base/error.h"
#include "injector/ptrace/registers.h"

namespace memray::heap {
namespace {

using namespace std::chrono_literals;
using ptrace::Tracee;
using ptrace::WaitKind;
using Clock = std::chrono::steady_clock;

constexpr auto kStopping = 100ms;  // of a thread that can be stopped, on a busy machine

bool stands_still(const ptrace::WaitStatus& status) {
    return status.kind() == WaitKind::kEventStop || status.kind() == WaitKind::kGroupStop;
}

// To be delivered.
int signal_of(const ptrace::WaitStatus& status) { return status.kind() == WaitKind::kSignal ? status.code() : 0; }

// Nothing if it is ending, or has ended.
std::optional<Tracee> seize(pid_t pid, pid_t thread) {
    try {
        return Tracee::seize(thread, 0, ptrace::OnDestroy::kDetach);
    } catch (const base::Error&) {
        const auto activity = thread_activity(pid, thread);
        if (!activity || *activity == 'Z' || *activity == 'X') { return std::nullopt; }
        throw;
    }
}

void detach(Tracee& thread, int signal) noexcept {
    try {
        thread.detach(signal);
    } catch (const base::Error&) {
        thread.forget();  // killed meanwhile
    }
}

}  // namespace

StoppedProcess::StoppedProcess(pid_t pid) : pid_(pid), begin_(Clock::now()) {
    stop_all();
    if (threads_.empty() && pending_.empty()) { throw base::Error("Process " + std::to_string(pid) + " has ended"); }
}

StoppedProcess::~StoppedProcess() {
    release();
    release_late();
    for (Tracee& thread : pending_) { thread.forget(); }  // let go of by the kernel when this thread ends
}

// Only threads that run make new ones: the last round finds none.
void StoppedProcess::stop_all() {
    while (seize_new()) { await_stops(); }
}

bool StoppedProcess::seize_new() {
    std::unordered_set<pid_t> known;
    for (const Tracee& thread : threads_) { known.insert(thread.id()); }
    for (const Tracee& thread : pending_) { known.insert(thread.id()); }
    bool any = false;
    for (const pid_t id : thread_ids(pid_)) {
        if (known.contains(id)) { continue; }
        auto thread = seize(pid_, id);
        if (!thread) { continue; }
        if (threads_.empty() && pending_.empty()) { begin_ = Clock::now(); }
        thread->interrupt();
        pending_.push_back(std::move(*thread));
        any = true;
    }
    return any;
}

void StoppedProcess::await_stops() {
    const ptrace::Deadline deadline = Clock::now() + kStopping;
    std::vector<Tracee> late;
    for (Tracee& thread : pending_) {
        if (!await_stop(thread, deadline)) {
            late.push_back(std::move(thread));
        } else if (thread.attached()) {
            threads_.push_back(std::move(thread));
        }
    }
    pending_ = std::move(late);
}

bool StoppedProcess::await_stop(Tracee& thread, ptrace::Deadline deadline) {
    for (;;) {
        const auto status = thread.wait_until(deadline);
        if (!status) { return false; }
        if (status->ended() || stands_still(*status)) { return true; }
        thread.interrupt();  // any other stop ends the wish for one
        thread.resume(signal_of(*status));
    }
}

std::vector<pid_t> StoppedProcess::late() const {
    std::vector<pid_t> ids;
    for (const Tracee& thread : pending_) { ids.push_back(thread.id()); }
    return ids;
}

std::vector<ThreadState> StoppedProcess::states() const {
    std::vector<ThreadState> states;
    for (const Tracee& thread : threads_) {
        const ptrace::Registers registers = ptrace::get_registers(thread);
        states.push_back({thread.id(), {}, base::RemoteAddr(registers.rsp), base::RemoteAddr(registers.rip)});
    }
    for (const Tracee& thread : pending_) { states.push_back({thread.id(), {}, {}, {}}); }
    return states;
}

std::chrono::microseconds StoppedProcess::release() noexcept {
    for (Tracee& thread : threads_) { detach(thread, 0); }
    threads_.clear();
    return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin_);
}

bool StoppedProcess::release_late() noexcept {
    std::erase_if(pending_, [](Tracee& thread) {
        try {
            const auto status = thread.wait_until(Clock::now());
            if (status && !status->ended()) { detach(thread, signal_of(*status)); }
            return status.has_value();
        } catch (const base::Error&) {
            thread.forget();
            return true;
        }
    });
    return pending_.empty();
}

}  // namespace memray::heap
