// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/caller.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "payload/syscalls.h"

namespace memray::payload {
namespace {

// Where /proc is that of another PID namespace, "self" is the caller all the same.
std::uint32_t own_pid_namespace() noexcept {
    struct stat status {};
    const long error = raw_syscall(SYS_newfstatat, AT_FDCWD, address_of("/proc/self/ns/pid"), address_of(&status), 0);
    return error == 0 ? static_cast<std::uint32_t>(status.st_ino) : 0;
}

}  // namespace

wire::Caller this_caller(wire::ChildPool& pool) noexcept {
    return {static_cast<std::uint32_t>(raw_syscall(SYS_getpid)), current_tid(), own_pid_namespace(),
            pool.tickets.fetch_add(1, std::memory_order_relaxed)};
}

}  // namespace memray::payload
