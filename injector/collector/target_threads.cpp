// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/target_threads.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "injector/base/file.h"
#include "injector/base/process_status.h"

namespace memray::collector {
namespace {

std::string folder_of(std::int64_t pid) { return "/proc/" + std::to_string(pid); }

std::uint32_t innermost_id(const std::string& folder) {
    const auto status = base::ProcessStatus::in(folder);
    return status ? static_cast<std::uint32_t>(status->innermost_id()) : 0;
}

std::string comm(std::int64_t pid, pid_t thread) {
    std::string name = base::try_read_file(folder_of(pid) + "/task/" + std::to_string(thread) + "/comm").value_or("");
    if (name.ends_with('\n')) { name.pop_back(); }
    return name;
}

}  // namespace

TargetThreads::TargetThreads(std::int64_t pid) : pid_(pid), own_pid_(innermost_id(folder_of(pid))) {
    if (own_pid_ == 0) { own_pid_ = static_cast<std::uint64_t>(pid); }
    namespaced_ = own_pid_ != static_cast<std::uint64_t>(pid);
}

void TargetThreads::refresh() {
    if (!namespaced_) { return; }
    outer_.clear();
    std::error_code error;
    const std::filesystem::directory_iterator tasks(folder_of(pid_) + "/task", error);
    if (error) { return; }
    for (const auto& task : tasks) {
        outer_.insert_or_assign(innermost_id(task.path()), std::atoi(task.path().filename().c_str()));
    }
}

bool TargetThreads::alive(std::uint32_t tid) const {
    if (namespaced_) { return outer_.empty() || outer_.count(tid) != 0; }
    return ::syscall(SYS_tgkill, pid_, static_cast<pid_t>(tid), 0) == 0 || errno != ESRCH;
}

std::string TargetThreads::name(std::uint32_t tid) const {
    const auto known = outer_.find(tid);
    if (namespaced_ && known == outer_.end()) { return {}; }
    std::string name = comm(pid_, namespaced_ ? known->second : static_cast<pid_t>(tid));
    return name == comm(pid_, static_cast<pid_t>(pid_)) ? std::string() : name;
}

}  // namespace memray::collector
