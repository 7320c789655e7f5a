// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Which process it is that wants something in the memory for children (wire::Caller). What it says there is a hint: it
// counts in its own PID namespace, and whoever has the memory mapped may write anything.
//
// A process is one of the family if it has the first page of that memory mapped where the first process has it. Only
// fork passes that on, exec takes it away, and it does not depend on whose child the process is by now: that of init,
// if its parent has ended. A stranger that was handed the memory as a descriptor (as a display server is by its
// clients) has it elsewhere. This process and its own children, who have it mapped as well, are never meant.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "injector/base/remote_addr.h"
#include "injector/base/unique_fd.h"
#include "payload/wire/child_pool.h"

namespace memray::region {

// As the processes are at its first question: for those who wrote their hint before.
class PoolMembers {
public:
    struct Member {
        pid_t process;  // both in the PID namespace of this process
        pid_t thread;
        base::UniqueFd pidfd;
    };

    // `file`: of the memory; `address`: where the first process has it mapped. Throws base::Error.
    PoolMembers(int file, base::RemoteAddr address);

    // Nothing if there is no such process, or more than one that it could be, as seen from here. Never throws because
    // of what `caller` says.
    [[nodiscard]] std::optional<Member> find(const wire::Caller& caller);
    // Whether the thread still is one of the family. To be asked when it cannot end any more without our knowing.
    [[nodiscard]] bool has_pool_mapped(const Member& member) const;

private:
    struct Process {
        pid_t id;
        std::uint32_t pid_namespace;
    };

    [[nodiscard]] std::optional<Member> find_in_other_namespace(const wire::Caller& caller);
    [[nodiscard]] std::optional<Member> identify(pid_t process, const wire::Caller& caller) const;
    [[nodiscard]] pid_t thread_of(pid_t process, const wire::Caller& caller) const;
    [[nodiscard]] const std::vector<Process>& processes();

    base::RemoteAddr address_;
    std::uint64_t device_{0};
    std::uint64_t inode_{0};
    std::uint32_t own_namespace_;
    std::optional<std::vector<Process>> processes_;  // of other PID namespaces too; those that we may look at
};

}  // namespace memray::region
