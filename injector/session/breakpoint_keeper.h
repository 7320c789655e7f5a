// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Makes breakpoints harmless if the process that planted them dies: the kernel lets go of its tracees then, and one
// that came to a breakpoint would be killed by SIGTRAP. A small process of its own waits for that and takes them out.
#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <cstdint>

#include "injector/base/mapping.h"
#include "injector/base/remote_addr.h"
#include "injector/base/unique_fd.h"

namespace memray::session {

class BreakpointKeeper {
public:
    // Forks; call it before there are other threads. Throws base::Error.
    BreakpointKeeper();
    BreakpointKeeper(const BreakpointKeeper&) = delete;
    BreakpointKeeper& operator=(const BreakpointKeeper&) = delete;
    // The other process ends, as there is nothing left to do.
    ~BreakpointKeeper() = default;

    // Before a breakpoint is planted. More than there is room for are not kept.
    void keep(pid_t pid, base::RemoteAddr address, unsigned char original) noexcept;
    // After it was taken out.
    void drop(pid_t pid, base::RemoteAddr address) noexcept;
    // All of a process.
    void drop(pid_t pid) noexcept;

private:
    struct Entry {
        std::atomic<pid_t> pid;  // 0: free
        std::uint64_t address;
        unsigned char original;
    };
    using Table = std::array<Entry, 1024>;

    [[noreturn]] void watch(int reading) const;
    [[nodiscard]] Table& table() const { return *static_cast<Table*>(table_.data()); }

    base::Mapping table_;  // shared by the two
    base::UniqueFd alive_;
};

}  // namespace memray::session
