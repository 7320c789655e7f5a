// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Follows processes that execute programs until they are CPython about to run its main program, and hands them over
// there. Until then those that run other programs, shells for example, stay traced, as each of those may become Python;
// they notice nothing.
//
// All calls must come from one thread. What it learns of the thread's children it learns by waitpid(2) for all of them:
// one that ends and is not traced is reaped, and forgotten. SIGCHLD tells that poll() has something to do.
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "injector/injection/injection.h"
#include "injector/ptrace/tracee.h"
#include "injector/pursuit/image_watch.h"

namespace memray::pursuit {

struct Manner {
    bool follows_children;        // with all that they start
    Plugins plugins;              // what is awaited of programs that are not CPython
    ptrace::OnDestroy left_over;  // what becomes of those that are traced when the pursuit or this process ends
};
// A command that is started to be Python: nothing of it is left if it cannot be had so.
inline constexpr Manner kCommand{false, Plugins::kIgnored, ptrace::OnDestroy::kKill};
// Processes that run whether or not we are there.
inline constexpr Manner kDescendants{true, Plugins::kAwaited, ptrace::OnDestroy::kDetach};

class Pursuit {
public:
    struct Reports {
        // A process is CPython about to run its main program; one of its threads stands still for this, the others run.
        // May throw base::Error.
        std::function<void(std::unique_ptr<injection::Injection>)> arrived;
        // Why a process runs on without being followed or recorded. Only poll() tells.
        std::function<void(pid_t, const std::string&)> failed;
        // A traced thread has ended, as waitpid(2) returns it; whether its program was known to be CPython.
        std::function<void(pid_t, int wait_status, bool is_python)> ended;
    };

    // Throws base::Error.
    Pursuit(const Manner& manner, Reports reports);
    ~Pursuit();
    Pursuit(const Pursuit&) = delete;
    Pursuit& operator=(const Pursuit&) = delete;

    // A thread that is about to execute a program, or to make a process that does: from now on traced until one of the
    // two has happened, or release(). Then `let_go` is called, which may be empty. Throws base::Error if it cannot be
    // traced.
    void trace(pid_t thread, std::function<void()> let_go);
    // It has done neither.
    void release(pid_t thread);

    // Handles what has happened to the traced processes by now. What goes wrong with one is reported.
    void poll();
    // Handles the next thing that happens to them, however long that takes. Throws base::Error if that goes wrong.
    void wait();
    // Nobody is traced.
    [[nodiscard]] bool is_idle() const noexcept { return tasks_.empty(); }

private:
    // One that runs another program than the one that asked.
    struct Process {
        Process(pid_t pid, Plugins plugins) noexcept : id(pid), image(plugins) {}
        pid_t id;
        ImageWatch image;
        pid_t arrived{0};  // the thread
    };
    struct Task {
        std::shared_ptr<Process> process;  // of a thread that asked: none
        ptrace::Tracee tracee;
        std::function<void()> let_go;
        bool leaving{false};  // to be let go of at its next stop
        bool early{false};    // stands still, as its parent's word is still to come
    };
    using Tasks = std::map<pid_t, Task>;

    [[nodiscard]] std::shared_ptr<Process> new_process(pid_t id) const;
    Task& add(pid_t id);
    void handle(pid_t id, int raw);
    void handle_unknown(pid_t id, const ptrace::WaitStatus& status);
    void handle_stop(Task& task, const ptrace::WaitStatus& status);
    void handle_exec(pid_t id, const ptrace::WaitStatus& status);
    void handle_child(Task& task, const ptrace::WaitStatus& status);
    void handle_image(Task& task, const ptrace::WaitStatus& status);
    void handle_end(Tasks::iterator task, const ptrace::WaitStatus& status);
    void adopt(pid_t id, std::shared_ptr<Process> process, bool leaving);
    void adopt_orphans();
    void resume(Task& task, int signal = 0);
    void detach(Task& task, int signal);
    Task take(Tasks::iterator task);
    void forget(pid_t id);
    void arrive(const Task& task);
    void hand_over_if_alone(const std::shared_ptr<Process>& process);
    void interrupt_others(const Task& task);

    Manner manner_;
    Reports reports_;
    Tasks tasks_;
};

}  // namespace memray::pursuit
