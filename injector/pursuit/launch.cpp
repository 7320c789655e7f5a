// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/pursuit/launch.h"

#include "injector/base/process_status.h"
#include "injector/injection/injection.h"
#include "injector/injection/payload_library.h"
#include "injector/ptrace/wait_status.h"
#include "injector/pursuit/resolve_command.h"
#include "injector/pursuit/spawn.h"
#include "injector/pursuit/startup.h"

namespace memray::pursuit {
namespace {

int shell_exit_code(int wait_status) {
    const ptrace::WaitStatus status(wait_status);
    if (status.kind() == ptrace::WaitKind::kKilled) { return 128 + status.code(); }
    return status.code() != 0 ? status.code() : 1;
}

const LaunchOptions& checked(const LaunchOptions& options) {
    if (options.command.empty()) { throw base::Error("Could not start the program: no command was given", 2); }
    base::require_own_proc();
    return options;
}

}  // namespace

EndedBeforePython::EndedBeforePython(const std::string& message, int wait_status)
    : base::Error(message, shell_exit_code(wait_status)), wait_status_(wait_status) {}

// What is needed until the target runs on. Destroyed from the last member to the first: the injection is undone, and
// the process, if it is still traced, is killed.
struct Launch::Running {
    explicit Running(const LaunchOptions& options)
        : payload(injection::read_payload(checked(options).payload)),
          child(spawn(resolve_command(options.command[0]), options.command)),
          injection(child.tracee, run_to_python(child, options.command[0])) {}

    std::string payload;
    Child child;
    injection::Injection injection;
};

Launch::Launch(LaunchOptions options) : running_(std::make_unique<Running>(options)) {
    lock_ = running_->injection.load(options.plan, running_->payload, target_);
}

Launch::~Launch() = default;

void Launch::resume() {
    if (!running_) { throw base::Error("The target runs already"); }
    const std::unique_ptr<Running> running = std::move(running_);  // whatever happens, it is over
    running->injection.start();
}

}  // namespace memray::pursuit
