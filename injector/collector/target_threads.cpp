// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/target_threads.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace memray::collector {
namespace {

// The innermost of the ids in a status file's line "NSpid:\t1234\t5"; 0 if there is none.
std::uint64_t innermost_id(const std::filesystem::path& status) {
    std::ifstream file(status);
    std::string line;
    std::uint64_t id = 0;
    while (std::getline(file, line)) {
        if (!line.starts_with("NSpid:")) { continue; }
        std::istringstream ids(line.substr(6));
        for (std::uint64_t next = 0; ids >> next;) { id = next; }
        break;
    }
    return id;
}

}  // namespace

TargetThreads::TargetThreads(std::int64_t pid)
    : pid_(pid), own_pid_(innermost_id("/proc/" + std::to_string(pid) + "/status")) {
    if (own_pid_ == 0) { own_pid_ = static_cast<std::uint64_t>(pid); }
    namespaced_ = own_pid_ != static_cast<std::uint64_t>(pid);
}

void TargetThreads::refresh() {
    if (!namespaced_) { return; }
    inner_.clear();
    std::error_code error;
    const std::filesystem::directory_iterator tasks("/proc/" + std::to_string(pid_) + "/task", error);
    if (error) { return; }
    for (const auto& task : tasks) { inner_.insert(innermost_id(task.path() / "status")); }
}

bool TargetThreads::alive(std::uint32_t tid) const {
    if (namespaced_) { return inner_.empty() || inner_.count(tid) != 0; }
    return ::syscall(SYS_tgkill, pid_, static_cast<pid_t>(tid), 0) == 0 || errno != ESRCH;
}

}  // namespace memray::collector
