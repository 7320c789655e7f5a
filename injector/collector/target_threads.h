// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Which threads of the target are alive, and what they are called. Thread ids are those of the target's own PID
// namespace; the kernel's word on which these are here is in /proc (proc(5), NSpid).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <unordered_map>

namespace memray::collector {

class TargetThreads {
public:
    explicit TargetThreads(std::int64_t pid);

    // To be called before a round of alive() or name().
    void refresh();
    [[nodiscard]] bool alive(std::uint32_t tid) const;
    // What the kernel calls a thread; empty if it is not known or just the name of the program.
    [[nodiscard]] std::string name(std::uint32_t tid) const;
    // The target's process id as it sees it itself.
    [[nodiscard]] std::uint64_t own_pid() const noexcept { return own_pid_; }

private:
    std::int64_t pid_;
    std::uint64_t own_pid_;
    bool namespaced_;
    std::unordered_map<std::uint32_t, pid_t> outer_;  // if namespaced: by the id inside
};

}  // namespace memray::collector
