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
    const std::string tracer(field_of(status, "TracerPid"));
    if (tracer.empty() || tracer == "0") { return; }
    std::string program = base::try_read_file("/proc/" + tracer + "/comm").value_or("?");
    while (program.ends_with('\n')) { program.pop_back(); }
    throw base::Error(name + " is traced by process " + tracer + " (" + program + ") already");
}

// Calls that return to other places than they were made from are faults there.
void require_no_shadow_stack(const std::string& name, const std::string& status) {
    if (field_of(status, "x86_Thread_features").find("shstk") == std::string_view::npos) { return; }
    throw base::Error(name + " has a shadow stack, which forbids calls that its program does not make");
}

// What is called in it could be its death.
void require_no_filter(const std::string& name, pid_t pid) {
    if (!safe_point::has_own_filters(pid) || safe_point::may_suspend_filters()) { return; }
    throw base::Error(name +
                      " is under a seccomp filter of its own, which may kill it for memfd_create, mmap and other "
                      "calls that memray makes in it; root or CAP_SYS_ADMIN suspends it");
}

void require_supported_program(const std::string& name, const std::string& executable) {
    switch (elf::classify_executable_file(executable)) {
        case elf::ExecutableKind::kOtherClass:
            throw base::Error(name + " is a 32-bit program");
        case elf::ExecutableKind::kStatic:
            throw base::Error(name + " is a statically linked program: nothing can be loaded into it");
        default:
            return;
    }
}

}  // namespace

void require_live(pid_t pid) { static_cast<void>(status_of_live(pid)); }

void require_enterable(pid_t pid) {
    const std::string name = name_of(pid);
    const std::string proc = "/proc/" + std::to_string(pid);
    const std::string status = status_of_live(pid);
    require_no_tracer(name, status);
    require_no_shadow_stack(name, status);
    const base::UniqueFd memory(::open((proc + "/mem").c_str(), O_RDWR | O_CLOEXEC));
    if (!memory) { throw ptrace::permission_error(pid, errno == EACCES ? EPERM : errno); }
    require_supported_program(name, proc + "/exe");
    require_no_filter(name, pid);
}

}  // namespace memray::injection
