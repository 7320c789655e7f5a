// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/pursuit/launch.h"

#include "injector/injection/payload_library.h"
#include "injector/ptrace/wait_status.h"
#include "injector/pursuit/held_command.h"
#include "injector/pursuit/pursuit.h"
#include "injector/pursuit/resolve_command.h"

namespace memray::pursuit {
namespace {

int shell_exit_code(int wait_status) {
    const ptrace::WaitStatus status(wait_status);
    if (status.kind() == ptrace::WaitKind::kKilled) { return 128 + status.code(); }
    return status.code() != 0 ? status.code() : 1;
}

// How a command ended.
struct End {
    int wait_status{0};
    bool was_python{false};
};

[[noreturn]] void throw_ended(const std::string& name, const End& end, int exec_error) {
    if (exec_error != 0) { throw base::system_error("Could not start " + name, exec_error); }
    throw EndedBeforePython(name + " " + ptrace::WaitStatus(end.wait_status).describe() +
                                (end.was_python ? " before running a program" : " before starting CPython"),
                            end.wait_status);
}

std::unique_ptr<injection::Injection> run_to_python(const std::vector<std::string>& argv) {
    std::unique_ptr<injection::Injection> arrived;
    End end;
    HeldCommand command(resolve_command(argv[0]), argv);
    Pursuit pursuit(kCommand, {[&](auto injection) { arrived = std::move(injection); },
                               {},
                               [&](pid_t id, int wait_status, bool was_python) {
                                   if (id == command.id()) { end = {wait_status, was_python}; }
                               }});
    pursuit.trace(command.id(), {});  // it does not get its go-ahead if that is forbidden
    command.go();
    while (!pursuit.is_idle()) { pursuit.wait(); }
    if (!arrived) { throw_ended(argv[0], end, read_exec_error(command.take_exec_error())); }
    return arrived;
}

}  // namespace

EndedBeforePython::EndedBeforePython(const std::string& message, int wait_status)
    : base::Error(message, shell_exit_code(wait_status)), wait_status_(wait_status) {}

Launch::Launch(const LaunchOptions& options) {
    if (options.command.empty()) { throw base::Error("Could not start the program: no command was given", 2); }
    const std::string payload = injection::read_payload(options.payload);
    injection_ = run_to_python(options.command);
    lock_ = injection_->load(options.plan, payload, target_);
}

Launch::~Launch() = default;

void Launch::resume() {
    if (!injection_) { throw base::Error("The target runs already"); }
    const auto injection = std::move(injection_);  // whatever happens, it is over
    injection->start();
}

}  // namespace memray::pursuit
