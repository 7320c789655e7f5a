// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The cgroup that a process's memory is counted in (cgroups(7)).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace memray::base {

struct MemoryCgroup {
    std::string folder;
    bool second{false};  // version 2; else 1
    bool root{false};    // the whole machine, or a container that sees nothing else (version 1 only)
};

// Nothing where there is none, or it is not to be seen from here. The root of version 2 counts nothing of its own.
[[nodiscard]] std::optional<MemoryCgroup> memory_cgroup_of(pid_t pid);

// The number after a name, in a file of such lines as memory.stat; 0 if there is none.
[[nodiscard]] std::uint64_t number_after(std::string_view text, std::string_view name);

}  // namespace memray::base
