// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/session/launch.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <system_error>

#include "injector/ptrace/registers.h"
#include "injector/ptrace/remote_call.h"
#include "injector/ptrace/wait_status.h"
#include "injector/session/command.h"
#include "injector/session/payload_library.h"
#include "injector/session/python_facts.h"
#include "injector/session/region.h"
#include "injector/session/spawn.h"
#include "injector/session/startup.h"

namespace memray::session {
namespace {

int shell_exit_code(int wait_status) {
    const ptrace::WaitStatus status(wait_status);
    if (status.kind() == ptrace::WaitKind::kKilled) { return 128 + status.code(); }
    return status.code() != 0 ? status.code() : 1;
}

const LaunchOptions& checked(const LaunchOptions& options) {
    if (options.command.empty()) { throw base::Error("Could not start the program: no command was given", 2); }
    return options;
}

base::UniqueFd open_pidfd(pid_t pid) {
    base::UniqueFd fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));  // close-on-exec always
    if (!fd) { throw base::system_error("pidfd_open of process " + std::to_string(pid)); }
    return fd;
}

std::string executable_of(pid_t pid) {
    std::error_code error;
    return std::filesystem::read_symlink("/proc/" + std::to_string(pid) + "/exe", error).string();
}

}  // namespace

EndedBeforePython::EndedBeforePython(const std::string& message, int wait_status)
    : base::Error(message, shell_exit_code(wait_status)), wait_status_(wait_status) {}

// What is needed until the target runs on. Destroyed from the last member to the first: held-back signals go first,
// then the registers come back, and the process, if it is still traced, is killed.
struct Launch::Injection {
    explicit Injection(const LaunchOptions& options)
        : payload(read_payload(checked(options).payload)),
          child(spawn(resolve_command(options.command[0]), options.command)),
          stop(run_to_python(child, options.command[0])),
          saved(std::in_place, child.tracee) {
        saved->set_program_counter(stop.run_main);
        call.emplace(child.tracee, *stop.memory, *saved);
    }

    // Returns the lock that the payload will watch.
    std::unique_ptr<ControllerLock> load(const LaunchOptions& options, Target& target) {
        target.pid = child.tracee.id();
        target.pidfd = open_pidfd(target.pid);
        target.python_executable = executable_of(target.pid);
        const PythonFacts facts = inspect_python(stop, *call);
        target.python_version = facts.version.text();
        target.python_allocator = facts.allocator;
        RemoteSystem system(stop.modules, *stop.memory, *call);
        const std::uint32_t flags = options.trace_python_allocators ? std::uint32_t{wire::kTracePythonAllocators} : 0U;
        SharedRegion region = make_region(system, target.pid, options.sizes, flags, facts.info);
        region_bytes = region.local.size();  // the caller may move the mapping away
        target.region = std::move(region.local);
        region_address = region.remote;
        start = load_payload(system, *call, *stop.memory, stop.modules, target.pid, payload);
        return std::move(region.lock);
    }

    void resume() {
        start_payload(*call, start, region_address, region_bytes);
        saved->restore();
        call.reset();
        child.tracee.detach();
    }

    RemoteAddr start;
    RemoteAddr region_address;
    std::uint64_t region_bytes{0};
    std::string payload;
    Child child;
    PythonStop stop;
    std::optional<ptrace::SavedRegisters> saved;
    std::optional<ptrace::RemoteCall> call;
};

Launch::Launch(LaunchOptions options) : injection_(std::make_unique<Injection>(options)) {
    lock_ = injection_->load(options, target_);
}

Launch::~Launch() = default;

void Launch::resume() {
    if (!injection_) { throw base::Error("The target runs already"); }
    const std::unique_ptr<Injection> injection = std::move(injection_);  // whatever happens, it is over
    injection->resume();
}

}  // namespace memray::session
