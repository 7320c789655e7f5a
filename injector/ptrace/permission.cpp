// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/ptrace/permission.h"

#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include "injector/base/file.h"

namespace memray::ptrace {
namespace {

// The number after "\nName:\t" of a /proc/PID/status, 0 if there is none.
long status_field(const std::string& status, std::string_view name) {
    const std::size_t at = status.find("\n" + std::string(name) + ":");
    return at == std::string::npos ? 0 : std::strtol(status.c_str() + at + name.size() + 2, nullptr, 10);
}

constexpr const char* kContainers =
    "docker run --cap-add=SYS_PTRACE; Kubernetes: securityContext.capabilities.add: [SYS_PTRACE], or kubectl debug "
    "--profile=sysadmin";

std::string remedy(const TracePolicy& policy) {
    const std::string containers = std::string("in a container: ") + kContainers;
    if (!policy.other_user.empty()) {
        return "the process belongs to another user (" + policy.other_user +
               "): run as that user, as root or with CAP_SYS_PTRACE; " + containers;
    }
    if (policy.yama_scope == 3) { return "kernel.yama.ptrace_scope is 3, which forbids tracing until the next boot"; }
    if (policy.yama_scope == 2) {
        return "kernel.yama.ptrace_scope is 2: run as root or with CAP_SYS_PTRACE, or sysctl "
               "kernel.yama.ptrace_scope=1; " +
               containers;
    }
    if (policy.seccomp) {
        return std::string(
                   "a seccomp filter forbids tracing: start the container with a profile that allows ptrace, "
                   "or ") +
               kContainers;
    }
    if (policy.yama_scope == 1) {
        return "kernel.yama.ptrace_scope is 1, which allows tracing of own children only: run as root or with "
               "CAP_SYS_PTRACE, or sysctl kernel.yama.ptrace_scope=0; " +
               containers;
    }
    return "the process is protected or has more privileges: run as root or with CAP_SYS_PTRACE; " + containers;
}

// The name of the user, unless it is this one's own process.
std::string other_user(const std::string& status) {
    const auto user = static_cast<uid_t>(status_field(status, "Uid"));
    if (user == ::geteuid()) { return {}; }
    const passwd* entry = ::getpwuid(user);
    return entry != nullptr ? std::string(entry->pw_name) : std::to_string(user);
}

}  // namespace

TracePolicy read_trace_policy(pid_t thread) {
    TracePolicy policy;
    if (const auto scope = base::try_read_file("/proc/sys/kernel/yama/ptrace_scope")) {
        policy.yama_scope = std::atoi(scope->c_str());
    }
    if (const auto own = base::try_read_file("/proc/self/status")) {
        policy.seccomp = status_field(*own, "Seccomp") != 0;
    }
    if (const auto status = base::try_read_file("/proc/" + std::to_string(thread) + "/status")) {
        policy.other_tracer = static_cast<pid_t>(status_field(*status, "TracerPid"));
        policy.other_user = other_user(*status);
    }
    return policy;
}

std::string explain_refusal(pid_t thread, int number, const TracePolicy& policy) {
    std::string line =
        "Could not trace process " + std::to_string(thread) + ": " + std::system_category().message(number);
    if (policy.other_tracer != 0) {
        return line + " (process " + std::to_string(policy.other_tracer) + " is tracing it already)";
    }
    if (number == ENOSYS) { return line + " (this kernel or sandbox has no ptrace)"; }
    if (number != EPERM && number != EACCES) { return line; }
    return line + " (" + remedy(policy) + ")";
}

base::Error permission_error(pid_t thread, int number) {
    return base::Error(explain_refusal(thread, number, read_trace_policy(thread)));
}

}  // namespace memray::ptrace
