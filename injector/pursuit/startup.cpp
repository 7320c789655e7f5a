// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/pursuit/startup.h"

#include "injector/base/error.h"
#include "injector/pursuit/image_watch.h"
#include "injector/pursuit/launch.h"
#include "injector/pursuit/thread_group.h"

namespace memray::pursuit {
namespace {

using ptrace::WaitKind;
using ptrace::WaitStatus;

class Startup {
public:
    Startup(Child& child, std::string name)
        : child_(child), tracee_(child.tracee), threads_(child.tracee), name_(std::move(name)) {}

    cpython::PythonStop run() {
        while (!arrived_) { handle(threads_.wait()); }
        return image_.take_stop();
    }

private:
    void handle(const WaitStatus& status) {
        if (status.ended()) { throw_ended(status); }
        switch (status.kind()) {
            case WaitKind::kExec:
                child_.exec_error.reset();
                threads_.follow_again();
                image_.enter(tracee_);
                return image_.resume(tracee_);
            case WaitKind::kSignal:
            case WaitKind::kSystemCall:
                return handle_stop(status);
            case WaitKind::kGroupStop:
                return tracee_.listen();
            default:
                return image_.resume(tracee_);
        }
    }

    void handle_stop(const WaitStatus& status) {
        switch (image_.handle(tracee_, status)) {
            case ImageEvent::kNotOurs:
                return image_.resume(tracee_, status.code());
            case ImageEvent::kArrived:
                arrived_ = true;
                return;
            case ImageEvent::kPython:
                threads_.release_others();
                [[fallthrough]];
            case ImageEvent::kPassed:
                return image_.resume(tracee_);
        }
    }

    [[noreturn]] void throw_ended(const WaitStatus& status) const {
        if (const int error = read_exec_error(child_); error != 0) {
            throw base::system_error("Could not start " + name_, error);
        }
        throw EndedBeforePython(name_ + " " + status.describe() +
                                    (image_.is_python() ? " before running a program" : " before starting CPython"),
                                status.raw());
    }

    Child& child_;
    ptrace::Tracee& tracee_;
    ThreadGroup threads_;
    std::string name_;
    ImageWatch image_{Plugins::kIgnored};
    bool arrived_{false};
};

}  // namespace

cpython::PythonStop run_to_python(Child& child, const std::string& name) { return Startup(child, name).run(); }

}  // namespace memray::pursuit
