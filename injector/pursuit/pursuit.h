// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Follows processes that execute programs until they are CPython about to run its main program, loads the payload there
// and lets them go. Those that run other programs, shells for example, stay traced with all that they start, as each
// of those may become Python; they notice nothing, and if this process dies, the kernel lets go of them.
//
// All calls must come from one thread, which has no children but the traced ones. SIGCHLD tells that poll() has
// something to do.
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "injector/ptrace/tracee.h"
#include "injector/pursuit/image_watch.h"
#include "injector/region/controller_lock.h"
#include "injector/region/recording_plan.h"
#include "injector/region/target.h"

namespace memray::pursuit {

class Pursuit {
public:
    struct Arrival {
        region::Target target;
        std::unique_ptr<region::ControllerLock>
            lock;  // to be kept, and destroyed by this thread, as long as it is recorded
    };
    struct Reports {
        // The payload is loaded and starts when this has returned true. May throw base::Error: then it does not.
        std::function<bool(Arrival)> arrived;
        // Why a process runs on without being followed or recorded.
        std::function<void(pid_t, const std::string&)> failed;
    };

    // `payload`: content of the library. Throws base::Error.
    Pursuit(region::RecordingPlan plan, std::string payload, Reports reports);

    // A thread that is about to execute a program, or to make a process that does: from now on traced until one of the
    // two has happened, or release(). Then `let_go` is called, which may be empty. Throws base::Error if it cannot be
    // traced.
    void trace(pid_t thread, std::function<void()> let_go);
    // It has done neither.
    void release(pid_t thread);

    // Handles what has happened to the traced processes by now.
    void poll();
    [[nodiscard]] bool is_idle() const noexcept { return tasks_.empty(); }

private:
    // One that runs another program than the one that asked.
    struct Process {
        explicit Process(pid_t pid) noexcept : id(pid) {}
        pid_t id;
        ImageWatch image{Plugins::kAwaited};
    };
    struct Task {
        std::shared_ptr<Process> process;  // of a thread that asked: none
        ptrace::Tracee tracee;
        std::function<void()> let_go;
        bool leaving{false};  // to be let go of at its next stop
        bool early{false};    // stands still, as its parent's word is still to come
    };
    using Tasks = std::map<pid_t, Task>;

    [[nodiscard]] static std::shared_ptr<Process> new_process(pid_t id);
    void handle(pid_t id, int raw);
    void handle_unknown(pid_t id, int raw);
    void handle_stop(Task& task, const ptrace::WaitStatus& status);
    void handle_exec(pid_t id, const ptrace::WaitStatus& status);
    void handle_child(Task& task, const ptrace::WaitStatus& status);
    void handle_image(Task& task, const ptrace::WaitStatus& status);
    void adopt(pid_t id, std::shared_ptr<Process> process);
    void adopt_orphans();
    void end(Tasks::iterator task);
    void detach(pid_t id, int signal);
    static void resume(Task& task, int signal = 0);
    void inject(Task& task);
    void interrupt_others(const Task& task);
    void leave_other_threads(const Task& task);

    region::RecordingPlan plan_;
    std::string payload_;
    Reports reports_;
    Tasks tasks_;
};

}  // namespace memray::pursuit
