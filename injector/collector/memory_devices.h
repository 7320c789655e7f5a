// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Which devices hold their files in memory: those of tmpfs and hugetlbfs as the target has them mounted, and the one
// that the kernel mounts for itself, for memfd_create(2) and System V's.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace memray::collector {

class MemoryDevices {
public:
    // Looks at the mounts of the target, which may be gone when it is asked for one of them.
    explicit MemoryDevices(std::int64_t pid);

    // Looks at the mounts again when it meets a device that it does not know.
    [[nodiscard]] bool contains(std::uint64_t device);

private:
    std::string path_;    // /proc/PID/mountinfo
    std::string mounts_;  // as of the latest look
    std::map<std::uint64_t, bool> known_;
};

// Whether a device of this number is that of a file system in memory. `mounts`: as /proc/PID/mountinfo has it
// (proc(5)).
[[nodiscard]] bool is_memory_device(const std::string& mounts, std::uint64_t device);

}  // namespace memray::collector
