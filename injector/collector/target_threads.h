// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Which threads of the target are alive. Thread ids are those of the target's own PID namespace.
#pragma once

#include <cstdint>
#include <unordered_set>

namespace memray::collector {

class TargetThreads {
public:
    explicit TargetThreads(std::int64_t pid);

    // To be called before a round of alive().
    void refresh();
    [[nodiscard]] bool alive(std::uint32_t tid) const;
    // The target's process id as it sees it itself.
    [[nodiscard]] std::uint64_t own_pid() const noexcept { return own_pid_; }

private:
    std::int64_t pid_;
    std::uint64_t own_pid_;
    bool namespaced_;
    std::unordered_set<std::uint64_t> inner_;  // if namespaced
};

}  // namespace memray::collector
