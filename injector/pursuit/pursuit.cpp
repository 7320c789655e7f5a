// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/pursuit/pursuit.h"

#include <sys/ptrace.h>
#include <sys/wait.h>

#include <chrono>
#include <vector>

#include "injector/base/error.h"
#include "injector/base/process_status.h"
#include "injector/injection/injection.h"

namespace memray::pursuit {
namespace {

using ptrace::Tracee;
using ptrace::WaitKind;
using ptrace::WaitStatus;

// Then the threads that ask to be traced have theirs.
constexpr std::chrono::milliseconds kTurn{20};
constexpr unsigned long kOptions = PTRACE_O_TRACEEXEC | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;

// 0 if the thread is gone.
pid_t read_status(pid_t id, const char* field) {
    const auto status = base::ProcessStatus::in("/proc/" + std::to_string(id));
    return status ? status->number(field) : 0;
}

pid_t process_of(pid_t thread) { return read_status(thread, "Tgid"); }
pid_t parent_of(pid_t process) { return read_status(process, "PPid"); }

}  // namespace

Pursuit::Pursuit(region::RecordingPlan plan, std::string payload, Reports reports)
    : plan_(plan), payload_(std::move(payload)), reports_(std::move(reports)) {
    base::require_own_proc();
}

std::shared_ptr<Pursuit::Process> Pursuit::new_process(pid_t id) { return std::make_shared<Process>(id); }

void Pursuit::trace(pid_t thread, std::function<void()> let_go) {
    tasks_.insert_or_assign(thread, Task{nullptr, Tracee::seize(thread, kOptions, ptrace::OnDestroy::kDetach),
                                         std::move(let_go), false, false});
}

void Pursuit::release(pid_t thread) {
    const auto task = tasks_.find(thread);
    if (task == tasks_.end()) { return; }
    task->second.leaving = true;
    task->second.tracee.interrupt();
}

void Pursuit::poll() {
    const auto limit = std::chrono::steady_clock::now() + kTurn;
    while (std::chrono::steady_clock::now() < limit) {
        int raw = 0;
        const pid_t id = ::waitpid(-1, &raw, __WALL | __WNOTHREAD | WNOHANG);
        if (id <= 0) { return; }
        try {
            handle(id, raw);
        } catch (const base::Error& error) {
            // It was killed in the middle, as a rule; its end is what comes next.
            const auto task = tasks_.find(id);
            if (task != tasks_.end() && task->second.tracee.stopped()) { detach(id, 0); }
            reports_.failed(id, error.what());
        }
    }
}

void Pursuit::handle(pid_t id, int raw) {
    const WaitStatus status(raw);
    if (status.kind() == WaitKind::kExec) { return handle_exec(id, status); }
    const auto task = tasks_.find(id);
    if (task == tasks_.end()) { return handle_unknown(id, raw); }
    task->second.tracee.note(raw);
    if (status.ended()) { return end(task); }
    if (task->second.leaving) { return detach(id, status.kind() == WaitKind::kSignal ? status.code() : 0); }
    handle_stop(task->second, status);
}

// A new thread or process that was faster than the news of it.
void Pursuit::handle_unknown(pid_t id, int raw) {
    if (WaitStatus(raw).ended()) { return; }
    Task& task =
        tasks_.insert_or_assign(id, Task{nullptr, Tracee::adopt(id, ptrace::OnDestroy::kDetach), {}, false, true})
            .first->second;
    task.tracee.note(raw);
}

void Pursuit::handle_stop(Task& task, const WaitStatus& status) {
    switch (status.kind()) {
        case WaitKind::kClone:
        case WaitKind::kFork:
        case WaitKind::kVfork:
            return handle_child(task, status);
        case WaitKind::kSignal:
        case WaitKind::kSystemCall:
            return handle_image(task, status);
        case WaitKind::kGroupStop:
            return task.tracee.listen();
        default:
            return resume(task);
    }
}

// Whichever thread did it, it is now the only one, and has the id of the process.
void Pursuit::handle_exec(pid_t id, const WaitStatus& status) {
    Tracee tracee = Tracee::adopt(id, ptrace::OnDestroy::kDetach);
    tracee.note(status.raw());
    const auto old = tasks_.find(tracee.event_message());
    std::shared_ptr<Process> process;
    if (old != tasks_.end()) {
        process = old->second.process;
        if (old->second.let_go) { old->second.let_go(); }
        old->second.tracee.forget();
        tasks_.erase(old);
    }
    if (const auto leader = tasks_.find(id); leader != tasks_.end()) {
        leader->second.tracee.forget();
        tasks_.erase(leader);
    }
    if (!process || process->id != id) { process = new_process(id); }
    Task& task = tasks_.insert_or_assign(id, Task{process, std::move(tracee), {}, false, false}).first->second;
    process->image.enter(task.tracee);
    resume(task);
}

void Pursuit::handle_child(Task& task, const WaitStatus& status) {
    const pid_t child = task.tracee.event_message();
    const bool is_thread = status.kind() == WaitKind::kClone && process_of(child) == process_of(task.tracee.id());
    if (is_thread) {
        // Of a thread that asked: not what it asked for.
        if (task.process) {
            adopt(child, task.process);
        } else {
            adopt(child, nullptr);
            release(child);
        }
        return resume(task);
    }
    const std::shared_ptr<Process> process = new_process(child);
    const bool copied = task.process && status.kind() != WaitKind::kVfork;
    if (copied) { task.process->image.copy_to(process->image, child); }
    adopt(child, process);
    if (task.process) { return resume(task); }
    detach(task.tracee.id(), 0);
}

void Pursuit::handle_image(Task& task, const WaitStatus& status) {
    if (!task.process) { return resume(task, status.code()); }
    switch (task.process->image.handle(task.tracee, status)) {
        case ImageEvent::kNotOurs:
            return resume(task, status.code());
        case ImageEvent::kPython:
            interrupt_others(task);
            [[fallthrough]];
        case ImageEvent::kPassed:
            return resume(task);
        case ImageEvent::kArrived:
            return inject(task);
    }
}

void Pursuit::resume(Task& task, int signal) {
    if (task.process) {
        task.process->image.resume(task.tracee, signal);
    } else {
        task.tracee.resume(signal);
    }
}

void Pursuit::adopt(pid_t id, std::shared_ptr<Process> process) {
    const auto known = tasks_.find(id);
    if (known == tasks_.end()) {
        tasks_.insert_or_assign(
            id, Task{std::move(process), Tracee::adopt(id, ptrace::OnDestroy::kDetach), {}, false, false});
        return;
    }
    known->second.process = std::move(process);
    if (!known->second.early) { return; }
    known->second.early = false;
    resume(known->second);
}

// The parent was killed before it could tell.
void Pursuit::adopt_orphans() {
    std::vector<pid_t> orphans;
    for (const auto& [id, task] : tasks_) {
        const pid_t process = task.early ? process_of(id) : 0;
        if (task.early && tasks_.count(process == id ? parent_of(id) : process) == 0) { orphans.push_back(id); }
    }
    for (const pid_t id : orphans) { adopt(id, new_process(id)); }
}

void Pursuit::end(Tasks::iterator task) {
    const std::function<void()> let_go = std::move(task->second.let_go);
    task->second.tracee.forget();
    tasks_.erase(task);
    if (let_go) { let_go(); }
    adopt_orphans();
}

void Pursuit::detach(pid_t id, int signal) {
    const auto task = tasks_.find(id);
    // Before it runs on: it may ask again at once.
    if (task->second.let_go) { task->second.let_go(); }
    Tracee tracee = std::move(task->second.tracee);
    tasks_.erase(task);
    tracee.detach(signal);
}

void Pursuit::inject(Task& task) {
    const std::shared_ptr<Process> process = task.process;
    leave_other_threads(task);
    injection::Injection injection(task.tracee, process->image.take_stop());
    try {
        Arrival arrival;
        arrival.lock = injection.load(plan_, payload_, arrival.target);
        if (reports_.arrived(std::move(arrival))) {
            injection.start();
        } else {
            injection.give_up();
        }
    } catch (const base::Error& error) {
        reports_.failed(process->id, error.what());
        if (task.tracee.attached()) { injection.give_up(); }
    }
    tasks_.erase(task.tracee.id());
}

// They run on in the way in which they have to be seen now.
void Pursuit::interrupt_others(const Task& task) {
    for (auto& [id, other] : tasks_) {
        if (&other != &task && other.process == task.process) { other.tracee.interrupt(); }
    }
}

void Pursuit::leave_other_threads(const Task& task) {
    for (auto& [id, other] : tasks_) {
        if (&other != &task && other.process == task.process) { other.leaving = true; }
    }
    interrupt_others(task);
}

}  // namespace memray::pursuit
