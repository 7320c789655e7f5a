// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/region/pool_members.h"

#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>

#include "injector/base/error.h"
#include "injector/base/process.h"
#include "injector/base/process_status.h"
#include "injector/elf/memory_map.h"

namespace memray::region {
namespace {

std::string proc_folder(pid_t process) { return "/proc/" + std::to_string(process); }
std::string task_folder(pid_t process, pid_t thread) {
    return proc_folder(process) + "/task/" + std::to_string(thread);
}

// The numbers that a folder has as names.
std::vector<pid_t> numbers_in(const std::string& folder) {
    std::vector<pid_t> numbers;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        pid_t number = 0;
        const auto parsed = std::from_chars(name.data(), name.data() + name.size(), number);
        if (parsed.ec == std::errc() && parsed.ptr == name.data() + name.size()) { numbers.push_back(number); }
    }
    return numbers;
}

bool is_known_as(const std::string& folder, std::uint32_t id) {
    const auto status = base::ProcessStatus::in(folder);
    return status && static_cast<std::uint32_t>(status->innermost_id()) == id;
}

bool is_ours(pid_t process, const base::ProcessStatus& status) {
    return process == ::getpid() || status.number("PPid") == ::getpid();
}

}  // namespace

PoolMembers::PoolMembers(int file, base::RemoteAddr address)
    : address_(address), own_namespace_(base::pid_namespace_of("/proc/self")) {
    struct stat status {};
    if (::fstat(file, &status) != 0) { throw base::system_error("fstat of the memory for children"); }
    device_ = status.st_dev;
    inode_ = status.st_ino;
}

std::optional<PoolMembers::Member> PoolMembers::find(const wire::Caller& caller) {
    if (caller.pid_namespace != own_namespace_ || own_namespace_ == 0) { return find_in_other_namespace(caller); }
    return identify(static_cast<pid_t>(caller.process), caller);
}

std::optional<PoolMembers::Member> PoolMembers::find_in_other_namespace(const wire::Caller& caller) {
    std::optional<Member> found;
    for (const Process& process : processes()) {
        if (caller.pid_namespace != 0 && process.pid_namespace != caller.pid_namespace) { continue; }
        auto member = identify(process.id, caller);
        if (!member) { continue; }
        if (found) { return std::nullopt; }
        found = std::move(member);
    }
    return found;
}

std::optional<PoolMembers::Member> PoolMembers::identify(pid_t process, const wire::Caller& caller) const {
    if (process <= 0) { return std::nullopt; }
    // First of all: if its process still runs afterwards, all that was seen meanwhile was of that process.
    base::UniqueFd pidfd = base::try_open_pidfd(process);
    const std::string folder = proc_folder(process);
    const auto status = pidfd ? base::ProcessStatus::in(folder) : std::nullopt;
    if (!status || static_cast<std::uint32_t>(status->innermost_id()) != caller.process) { return std::nullopt; }
    if (is_ours(process, *status)) { return std::nullopt; }
    if (caller.pid_namespace != 0 && base::pid_namespace_of(folder) != caller.pid_namespace) { return std::nullopt; }
    Member member{process, thread_of(process, caller), std::move(pidfd)};
    if (member.thread == 0 || !has_pool_mapped(member) || base::has_ended(member.pidfd.get())) { return std::nullopt; }
    return member;
}

pid_t PoolMembers::thread_of(pid_t process, const wire::Caller& caller) const {
    if (caller.thread == caller.process) { return process; }
    if (caller.pid_namespace == own_namespace_) { return static_cast<pid_t>(caller.thread); }
    for (const pid_t thread : numbers_in(proc_folder(process) + "/task")) {
        if (is_known_as(task_folder(process, thread), caller.thread)) { return thread; }
    }
    return 0;
}

// Of the thread, as a process whose first thread has ended shows no memory.
bool PoolMembers::has_pool_mapped(const Member& member) const {
    const auto mapping = elf::find_mapping(task_folder(member.process, member.thread) + "/maps", address_);
    return mapping && mapping->begin == address_ && mapping->offset == 0 && mapping->device == device_ &&
           mapping->inode == inode_;
}

const std::vector<PoolMembers::Process>& PoolMembers::processes() {
    if (processes_) { return *processes_; }
    processes_.emplace();
    for (const pid_t id : numbers_in("/proc")) {
        const std::uint32_t pid_namespace = base::pid_namespace_of(proc_folder(id));
        if (pid_namespace != 0) { processes_->push_back({id, pid_namespace}); }
    }
    return *processes_;
}

}  // namespace memray::region
