// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/pursuit/pursuit.h"

#include <sys/ptrace.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <utility>
#include <vector>

#include "injector/base/error.h"
#include "injector/base/process_status.h"

namespace memray::pursuit {
namespace {

using ptrace::OnDestroy;
using ptrace::Tracee;
using ptrace::WaitKind;
using ptrace::WaitStatus;

// Then the threads that ask to be traced have theirs.
constexpr std::chrono::milliseconds kTurn{20};

// Any thread may execute the next program.
unsigned long options(const Manner& manner) {
    unsigned long result = PTRACE_O_TRACEEXEC | PTRACE_O_TRACECLONE;
    if (manner.follows_children) { result |= PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK; }
    if (manner.left_over == OnDestroy::kKill) { result |= PTRACE_O_EXITKILL; }
    return result;
}

// As waitpid(2) returns; an end by a signal of ours does not count as one.
pid_t next_status(int& raw, int flags) {
    for (;;) {
        const pid_t id = ::waitpid(-1, &raw, __WALL | __WNOTHREAD | flags);
        if (id >= 0 || errno != EINTR) { return id; }
    }
}

// 0 if the thread is gone.
pid_t read_status(pid_t id, const char* field) {
    const auto status = base::ProcessStatus::in("/proc/" + std::to_string(id));
    return status ? status->number(field) : 0;
}

pid_t process_of(pid_t thread) { return read_status(thread, "Tgid"); }
pid_t parent_of(pid_t process) { return read_status(process, "PPid"); }

}  // namespace

Pursuit::Pursuit(const Manner& manner, Reports reports) : manner_(manner), reports_(std::move(reports)) {
    base::require_own_proc();
}

// A first thread can be reaped after all others only, and those may be more than have told of themselves.
Pursuit::~Pursuit() {
    if (manner_.left_over == OnDestroy::kDetach) { return; }
    for (const auto& [id, task] : tasks_) { ::kill(id, SIGKILL); }
    int raw = 0;
    for (pid_t id = 1; !tasks_.empty() && id > 0;) {
        id = next_status(raw, 0);
        if (WaitStatus(raw).ended()) { forget(id); }
    }
}

void Pursuit::trace(pid_t thread, std::function<void()> let_go) {
    Tracee tracee = Tracee::seize(thread, options(manner_), manner_.left_over);
    tasks_.insert_or_assign(thread, Task{nullptr, std::move(tracee), std::move(let_go)});
}

void Pursuit::release(pid_t thread) {
    const auto task = tasks_.find(thread);
    if (task == tasks_.end()) { return; }
    task->second.leaving = true;
    task->second.tracee.interrupt();
}

void Pursuit::poll() {
    const auto limit = std::chrono::steady_clock::now() + kTurn;
    int raw = 0;
    while (std::chrono::steady_clock::now() < limit) {
        const pid_t id = next_status(raw, WNOHANG);
        if (id <= 0) { return; }
        try {
            handle(id, raw);
        } catch (const base::Error& error) {
            // It was killed in the middle, as a rule; its end is what comes next.
            const auto task = tasks_.find(id);
            if (task != tasks_.end() && task->second.tracee.stopped()) { take(task); }
            const pid_t process = process_of(id);
            reports_.failed(process != 0 ? process : id, error.what());
        }
    }
}

void Pursuit::wait() {
    int raw = 0;
    const pid_t id = next_status(raw, 0);
    if (id < 0) { throw base::system_error("waiting for traced processes"); }
    handle(id, raw);
}

void Pursuit::handle(pid_t id, int raw) {
    const WaitStatus status(raw);
    if (status.kind() == WaitKind::kExec) { return handle_exec(id, status); }
    const auto task = tasks_.find(id);
    if (task == tasks_.end()) { return handle_unknown(id, status); }
    task->second.tracee.note(raw);
    if (status.ended()) { return handle_end(task, status); }
    handle_stop(task->second, status);
}

// A new thread or process that was faster than the news of it.
void Pursuit::handle_unknown(pid_t id, const WaitStatus& status) {
    if (status.ended()) { return; }
    Task& task = add(id);
    task.tracee.note(status.raw());
    task.early = true;
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
            return task.leaving ? detach(task, 0) : task.tracee.listen();
        default:
            return resume(task);
    }
}

// Whichever thread did it, it is now the only one, and has the id of the process.
void Pursuit::handle_exec(pid_t id, const WaitStatus& status) {
    Tracee tracee = Tracee::adopt(id, manner_.left_over);
    tracee.note(status.raw());
    forget(tracee.event_message());
    forget(id);
    Task& task = tasks_.emplace(id, Task{new_process(id), std::move(tracee), {}}).first->second;
    task.process->image.enter(task.tracee);
    resume(task);
}

void Pursuit::handle_child(Task& task, const WaitStatus& status) {
    const pid_t child = task.tracee.event_message();
    const bool is_thread = status.kind() == WaitKind::kClone && process_of(child) == process_of(task.tracee.id());
    if (is_thread) {
        adopt(child, task.process, task.leaving || !task.process);  // of a thread that asked: not what it asked for
    } else if (!manner_.follows_children) {
        adopt(child, nullptr, true);
    } else {
        const std::shared_ptr<Process> process = new_process(child);
        if (task.process && status.kind() != WaitKind::kVfork) { task.process->image.copy_to(process->image, child); }
        adopt(child, process, false);
        task.leaving = task.leaving || !task.process;
    }
    resume(task);
}

void Pursuit::handle_image(Task& task, const WaitStatus& status) {
    if (!task.process || task.leaving) { return resume(task, status.code()); }
    switch (task.process->image.handle(task.tracee, status)) {
        case ImageEvent::kNotOurs:
            return resume(task, status.code());
        case ImageEvent::kPython:
            interrupt_others(task);  // they run on in the way in which they have to be seen now
            [[fallthrough]];
        case ImageEvent::kPassed:
            return resume(task);
        case ImageEvent::kArrived:
            return arrive(task);
    }
}

void Pursuit::handle_end(Tasks::iterator task, const WaitStatus& status) {
    const Task ended = take(task);
    if (reports_.ended) {
        reports_.ended(ended.tracee.id(), status.raw(), ended.process && ended.process->image.is_python());
    }
    adopt_orphans();
    hand_over_if_alone(ended.process);
}

std::shared_ptr<Pursuit::Process> Pursuit::new_process(pid_t id) const {
    return std::make_shared<Process>(id, manner_.plugins);
}

Pursuit::Task& Pursuit::add(pid_t id) {
    return tasks_.emplace(id, Task{nullptr, Tracee::adopt(id, manner_.left_over), {}}).first->second;
}

void Pursuit::adopt(pid_t id, std::shared_ptr<Process> process, bool leaving) {
    const auto known = tasks_.find(id);
    Task& task = known != tasks_.end() ? known->second : add(id);
    task.process = std::move(process);
    task.leaving = leaving;
    if (std::exchange(task.early, false)) { resume(task); }
}

// The parent was killed before it could tell.
void Pursuit::adopt_orphans() {
    std::vector<pid_t> orphans;
    for (const auto& [id, task] : tasks_) {
        const pid_t process = task.early ? process_of(id) : 0;
        if (task.early && tasks_.count(process == id ? parent_of(id) : process) == 0) { orphans.push_back(id); }
    }
    for (const pid_t id : orphans) { adopt(id, new_process(id), !manner_.follows_children); }
}

void Pursuit::resume(Task& task, int signal) {
    if (task.leaving) { return detach(task, signal); }
    if (task.process) {
        task.process->image.resume(task.tracee, signal);
    } else {
        task.tracee.resume(signal);
    }
}

void Pursuit::detach(Task& task, int signal) {
    Task gone = take(tasks_.find(task.tracee.id()));
    gone.tracee.detach(signal);
    hand_over_if_alone(gone.process);
}

// Before it runs on: it may ask again at once.
Pursuit::Task Pursuit::take(Tasks::iterator task) {
    Task taken = std::move(task->second);
    tasks_.erase(task);
    if (taken.let_go) { taken.let_go(); }
    return taken;
}

// It is gone, or traced through another object.
void Pursuit::forget(pid_t id) {
    const auto task = tasks_.find(id);
    if (task != tasks_.end()) { take(task).tracee.forget(); }
}

void Pursuit::arrive(const Task& task) {
    task.process->arrived = task.tracee.id();
    for (auto& [id, other] : tasks_) {
        if (&other != &task && other.process == task.process) { other.leaving = true; }
    }
    interrupt_others(task);
    hand_over_if_alone(task.process);
}

// A thread that is made to call functions may wait for the others of its process: those have to run.
void Pursuit::hand_over_if_alone(const std::shared_ptr<Process>& process) {
    const auto is_thread = [&](const auto& entry) { return entry.second.process == process; };
    if (!process || process->arrived == 0 || std::count_if(tasks_.begin(), tasks_.end(), is_thread) != 1) { return; }
    const auto task = std::find_if(tasks_.begin(), tasks_.end(), is_thread);
    if (task->first != process->arrived) { return; }
    reports_.arrived(
        std::make_unique<injection::Injection>(take(task).tracee, process->id, process->image.take_stop()));
}

void Pursuit::interrupt_others(const Task& task) {
    for (auto& [id, other] : tasks_) {
        if (&other != &task && other.process == task.process) { other.tracee.interrupt(); }
    }
}

}  // namespace memray::pursuit
