// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/injection/attach_checks.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>

#include "injector/base/error.h"
#include "injector/base/file.h"
#include "injector/base/process_status.h"
#include "injector/base/unique_fd.h"
#include "injector/elf/executable_file.h"
#include "injector/ptrace/permission.h"
#include "injector/safe_point/seccomp.h"

namespace memray::injection {
namespace {

// The value of a line "Name:\tvalue" of a status file; empty if there is none.
std::string_view field_of(std::string_view status, std::string_view name) {
    const std::string start = "\n" + std::string(name) + ":\t";
    const std::size_t at = status.find(start);
    if (at == std::string_view::npos) { return {}; }
    status.remove_prefix(at + start.size());
    return status.substr(0, status.find('\n'));
}

std::string name_of(pid_t pid) { return "Process " + std::to_string(pid); }

// The status file of one that could run a program. Throws base::Error.
std::string status_of_live(pid_t pid) {
    base::require_own_proc();
    const std::string name = name_of(pid);
    const auto found = base::try_read_file("/proc/" + std::to_string(pid) + "/status");
    if (!found) { throw base::Error("There is no process " + std::to_string(pid)); }
    const std::string& status = *found;
    const std::string leader(field_of(status, "Tgid"));
    if (leader != std::to_string(pid)) { throw base::Error(name + " is a thread of process " + leader); }
    if (field_of(status, "State").starts_with('Z')) { throw base::Error(name + " has ended (it is a zombie)"); }
    if (field_of(status, "VmSize").empty()) { throw base::Error(name + " is a kernel thread"); }
    return status;
}

void require_no_tracer(const std::string& name, const std::string& status) {
    std::string tracer(field_of(status, "TracerPid"));
    if (tracer.empty() || tracer == "0") { return; }
    // That is a thread; to the user it is its process.
    const auto of_tracer = base::try_read_file("/proc/" + tracer + "/status");
    if (of_tracer && !field_of(*of_tracer, "Tgid").empty()) { tracer = field_of(*of_tracer, "Tgid"); }
    std::string program = base::try_read_file("/proc/" + tracer + "/comm").value_or("?");
    while (program.ends_with('\n')) { program.pop_back(); }
    throw base::Error(name + " is traced by process " + tracer + " (" + program + ") already");
}

void require_memory(pid_t pid) {
    const std::string proc = "/proc/" + std::to_string(pid);
    const base::UniqueFd memory(::open((proc + "/mem").c_str(), O_RDWR | O_CLOEXEC));
    if (!memory) { throw ptrace::permission_error(pid, errno == EACCES ? EPERM : errno); }
    if (elf::classify_executable_file(proc + "/exe") == elf::ExecutableKind::kOtherClass) {
        throw base::Error(name_of(pid) + " is a 32-bit program");
    }
}

std::string status_of_traceable(pid_t pid) {
    std::string status = status_of_live(pid);
    require_no_tracer(name_of(pid), status);
    require_memory(pid);
    return status;
}

// Calls that return to other places than they were made from are faults under a shadow stack. What is called under a
// filter could be the death of the process.
std::optional<std::string> forbids_calls(pid_t pid, std::string_view status) {
    if (field_of(status, "x86_Thread_features").find("shstk") != std::string_view::npos) {
        return "has a shadow stack, which forbids calls that its program does not make";
    }
    if (safe_point::has_own_filters(pid) && !safe_point::may_suspend_filters()) {
        return "is under a seccomp filter of its own, which may kill it for memfd_create, mmap and other calls that "
               "memray makes in it; root or CAP_SYS_ADMIN suspends it";
    }
    return std::nullopt;
}

}  // namespace

void require_live(pid_t pid) { static_cast<void>(status_of_live(pid)); }

void require_readable(pid_t pid) {
    require_live(pid);
    require_memory(pid);
}

void require_traceable(pid_t pid) { static_cast<void>(status_of_traceable(pid)); }

std::optional<std::string> calls_forbidden(pid_t pid) { return forbids_calls(pid, status_of_live(pid)); }

void require_enterable(pid_t pid) {
    const std::string status = status_of_traceable(pid);
    if (elf::classify_executable_file("/proc/" + std::to_string(pid) + "/exe") == elf::ExecutableKind::kStatic) {
        throw base::Error(name_of(pid) + " is a statically linked program: nothing can be loaded into it");
    }
    if (const auto reason = forbids_calls(pid, status)) { throw base::Error(name_of(pid) + " " + *reason); }
}

}  // namespace memray::injection
