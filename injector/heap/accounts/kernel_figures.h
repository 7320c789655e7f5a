// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What the kernel says of a process's memory as a whole, and of the cgroup that it is counted in. All sizes are bytes.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace memray::heap {

struct CgroupFigures {
    std::uint64_t used{0};
    std::optional<std::uint64_t> limit;
    std::uint64_t anonymous{0};
    std::uint64_t file{0};
    std::uint64_t slab{0};
    std::uint64_t kernel{0};  // slab and page tables included; 0: the kernel does not say
};

struct KernelFigures {
    std::uint64_t page_tables{0};  // VmPTE
    std::uint64_t peak{0};         // VmHWM: most that was ever resident
    std::uint64_t threads{0};
    std::optional<CgroupFigures> cgroup;
};

// Zeros for a process that is gone.
[[nodiscard]] KernelFigures read_kernel_figures(pid_t pid);

}  // namespace memray::heap
