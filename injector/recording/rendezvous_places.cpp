// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/recording/rendezvous_places.h"

#include <unistd.h>

#include <cstdio>
#include <optional>
#include <string_view>

#include "injector/base/error.h"
#include "injector/base/file.h"
#include "injector/base/process_stat.h"

namespace memray::recording {
namespace {

std::string read_of(pid_t pid, const char* file) {
    return base::try_read_file("/proc/" + std::to_string(pid) + "/" + file).value_or("");
}

// What the values of a variable in an environment block follow.
std::string variable_of(const std::string& block, const std::string& name) {
    const std::string all = '\0' + block + '\0';
    const std::string begin = '\0' + name + '=';
    const std::size_t at = all.find(begin);
    if (at == std::string::npos) { return {}; }
    return all.substr(at + begin.size(), all.find('\0', at + begin.size()) - at - begin.size());
}

// The effective one. Not that of the files in /proc: those of processes that have changed theirs are root's.
std::optional<uid_t> user_of(pid_t pid) {
    const std::string status = read_of(pid, "status");
    const std::size_t at = status.find("\nUid:");
    uid_t effective = 0;
    if (at == std::string::npos || std::sscanf(status.c_str() + at, "\nUid: %*u %u", &effective) != 1) { return {}; }
    return effective;
}

}  // namespace

// With field 22 of /proc/PID/stat, when it was made.
std::string rendezvous_name(pid_t target) {
    const auto start = base::stat_field(read_of(target, "stat"), 22);
    if (!start) { throw base::Error("There is no process " + std::to_string(target)); }
    return std::to_string(target) + "-" + std::to_string(*start) + ".sock";
}

std::vector<std::shared_ptr<const sockets::RuntimeFolder>> rendezvous_folders(pid_t target) {
    // The recorder's is often the same, where this command has none: under sudo, or from a timer.
    const std::string hint = variable_of(read_of(target, "environ"), "XDG_RUNTIME_DIR");
    auto folders = sockets::RuntimeFolder::all_of(::geteuid(), hint);
    const std::optional<uid_t> user = user_of(target);
    if (::geteuid() != 0 || !user || *user == 0) { return folders; }
    const auto theirs = sockets::RuntimeFolder::all_of(*user, hint);
    folders.insert(folders.end(), theirs.begin(), theirs.end());
    return folders;
}

}  // namespace memray::recording
