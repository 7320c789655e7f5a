// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/safe_point/safe_point.h"

#include <sys/ptrace.h>

#include <algorithm>
#include <cassert>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <thread>
#include <vector>

#include "injector/base/error.h"
#include "injector/base/file.h"
#include "injector/ptrace/permission.h"
#include "injector/ptrace/registers.h"
#include "injector/safe_point/call_site.h"
#include "injector/safe_point/seccomp.h"
#include "injector/safe_point/stack_verdict.h"
#include "injector/safe_point/thread_choice.h"

#ifndef PTRACE_O_SUSPEND_SECCOMP
#define PTRACE_O_SUSPEND_SECCOMP (1 << 21)
#endif

namespace memray::safe_point {
namespace {

using namespace std::chrono_literals;
using ptrace::Deadline;
using ptrace::Tracee;
using ptrace::WaitKind;
using Clock = std::chrono::steady_clock;

constexpr auto kPerThread = 300ms;  // before another one is tried
constexpr auto kStopping = 100ms;   // of a thread that can be stopped
constexpr auto kReturning = 20ms;   // of a call that is to be left
constexpr auto kMapping = 10s;      // of a page
constexpr auto kBetweenLooks = 300us;
constexpr auto kOtherMemray = 2s;  // that traces the process: for it to let go
constexpr std::size_t kToldThreads = 8;

// One that has done its work there may not have let go of all threads yet.
bool is_traced_by_memray(pid_t pid) {
    const pid_t tracer = ptrace::read_trace_policy(pid).other_tracer;
    return tracer != 0 && base::try_read_file("/proc/" + std::to_string(tracer) + "/comm") == "memray\n";
}

// Without suspending a filter that applies to us as well: it allows what we need, as a rule.
Tracee seize(pid_t pid, pid_t thread) {
    if (is_filtered(pid) && may_suspend_filters()) {
        try {
            return Tracee::seize(thread, PTRACE_O_SUSPEND_SECCOMP, ptrace::OnDestroy::kDetach);
        } catch (const base::Error&) {
            // A kernel without CONFIG_CHECKPOINT_RESTORE, or root of a container only.
            if (has_own_filters(pid)) { throw; }
        }
    }
    return Tracee::seize(thread, 0, ptrace::OnDestroy::kDetach);
}

// Threads that did not stop in time (in the middle of vfork, say, or on a busy machine), kept until they do.
std::vector<Tracee>& stuck_threads() {
    static std::vector<Tracee> threads;
    return threads;
}

// To be delivered.
int signal_of(const ptrace::WaitStatus& status) { return status.kind() == WaitKind::kSignal ? status.code() : 0; }

void let_go(Tracee& thread, const ptrace::WaitStatus& status) {
    if (status.ended()) { return; }
    thread.detach(signal_of(status));
}

// Those that have stopped by now. The others cannot be seized again.
void let_go_of_stopped_threads() {
    std::erase_if(stuck_threads(), [](Tracee& thread) {
        const auto status = thread.wait_until(Clock::now());
        if (status) { let_go(thread, *status); }
        return status.has_value();
    });
}

}  // namespace

void SafePoint::let_go_of_stuck_threads() {
    for (Tracee& thread : stuck_threads()) { let_go(thread, thread.wait()); }
    stuck_threads().clear();
}

Tracee SafePoint::reach(pid_t pid, Deadline deadline) {
    std::optional<base::Error> refusal;
    const Deadline until_free = std::min<Deadline>(deadline, Clock::now() + kOtherMemray);
    do {
        let_go_of_stopped_threads();
        std::size_t seized = 0;
        for (const pid_t id : threads_to_borrow(pid)) {
            std::optional<Tracee> thread;
            try {
                thread.emplace(seize(pid, id));
            } catch (const base::Error& error) {
                refusal = error;  // ended meanwhile, or the end of all attempts
                continue;
            }
            ++seized;
            if (try_thread(*thread, std::min<Deadline>(deadline, Clock::now() + kPerThread))) {
                assert(thread->stopped());
                return std::move(*thread);
            }
            doing_[id] = thread->attached() ? reason_ : "it ended";
            if (thread->attached() && !thread->stopped()) { stuck_threads().push_back(std::move(*thread)); }
            if (Clock::now() >= deadline) { break; }
        }
        if (seized > 0 || !refusal) { continue; }
        const bool comes_free = !stuck_threads().empty() || (Clock::now() < until_free && is_traced_by_memray(pid));
        if (!comes_free) { throw base::Error(*refusal); }
        std::this_thread::sleep_for(kBetweenLooks);
    } while (Clock::now() < deadline);
    throw base::Error("No thread of process " + std::to_string(pid) + " came to a point where it can be entered (" +
                      describe_threads() + ")");
}

std::string SafePoint::describe_threads() const {
    std::string text = doing_.empty() ? "no thread could be stopped" : "";
    std::size_t told = 0;
    for (const auto& [thread, reason] : doing_) {
        if (++told > kToldThreads) { return text + "; and " + std::to_string(doing_.size() - kToldThreads) + " more"; }
        text += (told > 1 ? "; thread " : "thread ") + std::to_string(thread) + ": " + reason;
    }
    return text;
}

// A thread that it cannot use is stopped afterwards, if it can be.
bool SafePoint::try_thread(Tracee& thread, Deadline deadline) {
    while (stop(thread)) {
        if (walk_to_safety(thread, deadline)) { return true; }
        if (!thread.attached()) { return false; }
        if (Clock::now() >= deadline) { return false; }
        if (thread.stopped()) { thread.resume(); }
        std::this_thread::sleep_for(kBetweenLooks);
    }
    return false;
}

bool SafePoint::walk_to_safety(Tracee& thread, Deadline deadline) {
    while (!is_safe(thread)) {
        if (!leave_ || Clock::now() >= deadline) { return false; }
        if (!run_to(thread, *leave_)) { return false; }
    }
    return true;
}

bool SafePoint::stop(Tracee& thread) {
    thread.interrupt();
    return await_stop(thread);
}

bool SafePoint::await_stop(Tracee& thread) {
    const Deadline limit = Clock::now() + kStopping;
    for (;;) {
        const auto status = thread.wait_until(limit);
        if (!status) {
            reason_ = "it does not stop";
            return false;
        }
        if (status->ended()) { return false; }
        stopped_at_ = Clock::now();
        if (status->kind() == WaitKind::kEventStop || status->kind() == WaitKind::kGroupStop) { return true; }
        thread.interrupt();  // any other stop ends the wish for one
        thread.resume(signal_of(*status));
    }
}

// The return address of the call becomes that of a detour, which leads there. Deeper calls return where they always
// do.
bool SafePoint::run_to(Tracee& thread, const StackFrame& frame) {
    const RemoteAddr place = frame.stack_pointer - sizeof(RemoteAddr);
    RemoteAddr word;
    if (!memory_.try_read(place, &word, sizeof word) || word != frame.instruction) { return false; }
    const auto detour = target_code_.page(thread, kMapping)
                            .add_detour(ptrace::RemoteMemory(thread.id()), ptrace::DetourKind::kSystemCall, word);
    if (!detour) { return false; }
    memory_.write(place, &detour->entry, sizeof word);
    const bool stopped = await_detour(thread, frame, *detour);
    // Where it did not stop, or went another way, the detour would do no harm either.
    if (stopped && memory_.try_read(place, &word, sizeof word) && word == detour->entry) {
        memory_.write(place, &frame.instruction, sizeof frame.instruction);
    }
    return stopped;
}

bool SafePoint::await_detour(Tracee& thread, const StackFrame& frame, const ptrace::Detour& detour) {
    thread.resume_to_system_call();
    const Deadline deadline = Clock::now() + kReturning;
    while (const auto status = thread.wait_until(deadline)) {
        if (status->ended()) { return false; }
        if (status->kind() == WaitKind::kSystemCall && RemoteAddr(ptrace::get_registers(thread).rip) == detour.stop) {
            thread.interrupt();
            thread.resume();
            if (!await_stop(thread)) { return false; }
            step_out(thread, frame, detour);
            return true;
        }
        thread.resume_to_system_call(signal_of(*status));
    }
    return stop(thread);  // elsewhere by now: the caller looks again
}

// To where the detour leads. If a signal came in between, the thread is elsewhere: the caller looks again.
void SafePoint::step_out(Tracee& thread, const StackFrame& frame, const ptrace::Detour& detour) {
    const ptrace::Registers registers = ptrace::get_registers(thread);
    if (RemoteAddr(registers.rip) != detour.stop) { return; }
    ptrace::set_registers(thread, ptrace::registers_behind(memory_, registers, frame.instruction));
}

bool SafePoint::is_safe(const Tracee& thread) {
    ++looks_;
    const ptrace::Registers registers = ptrace::get_registers(thread);
    const elf::ReadMemory read = [this](RemoteAddr at, void* data, std::size_t size) {
        return memory_.try_read(at, data, size);
    };
    StackFacts facts;
    facts.stack = unwinder_.unwind(registers);
    facts.system_call = static_cast<std::int64_t>(registers.orig_rax);
    facts.kind_at = [this](RemoteAddr address) { return code_.kind_at(address); };
    facts.waits_for_caller = [&](RemoteAddr return_address) {
        const auto function = called_function(read, return_address);
        return function && code_.waits_for_caller(*function);
    };
    const Verdict verdict = judge_stack(facts);
    reason_ = verdict.reason;
    leave_ = verdict.leave;
    return verdict.safe;
}

}  // namespace memray::safe_point
