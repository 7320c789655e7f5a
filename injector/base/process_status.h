// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What the kernel says of a process or thread, and under which numbers it is known (proc(5), /proc/PID/status).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace memray::base {

class ProcessStatus {
public:
    explicit ProcessStatus(std::string text) : text_(std::move(text)) {}
    // Of the file "status" in a folder such as /proc/PID or /proc/PID/task/TID; nothing if it is gone.
    [[nodiscard]] static std::optional<ProcessStatus> in(const std::string& folder);

    // The first number of a field such as "PPid"; 0 if there is none.
    [[nodiscard]] pid_t number(std::string_view field) const;
    // The bytes of a field such as "RssAnon", which the file gives in kB; nothing if there is no such field.
    [[nodiscard]] std::optional<std::uint64_t> bytes(std::string_view field) const;
    // Its ids, from the PID namespace of /proc to its own (pid_namespaces(7)).
    [[nodiscard]] std::vector<pid_t> ids() const;
    // As it is known to itself; 0 if that is not told.
    [[nodiscard]] pid_t innermost_id() const;

private:
    std::string text_;
};

// The inode that stands for the PID namespace of a process, by its folder in /proc; 0 if it may not be looked at.
[[nodiscard]] std::uint32_t pid_namespace_of(const std::string& folder);

// That /proc shows this process's own PID namespace, so that its numbers are those of system calls. Throws Error.
void require_own_proc();

}  // namespace memray::base
