// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/recorder_wait.h"

#include <fcntl.h>
#include <sys/stat.h>

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

bool recorder_died() noexcept { return (children.lock->load(std::memory_order_relaxed) & FUTEX_OWNER_DIED) != 0; }

void wake_recorder() noexcept {
    children.pool->claims.fetch_add(1, std::memory_order_release);
    futex_wake(children.pool->claims);
}

RecorderWait::RecorderWait() noexcept : seen_answers_(children.pool->answers.load(std::memory_order_relaxed)) {}

bool RecorderWait::goes_on() noexcept {
    const std::uint32_t answers = children.pool->answers.load(std::memory_order_relaxed);
    if (answers != seen_answers_) { idle_ns_ = 0; }
    seen_answers_ = answers;
    return idle_ns_ < kIdleNs && waited_ns_ < kLongestNs && !recorder_died();
}

}  // namespace memray::payload
