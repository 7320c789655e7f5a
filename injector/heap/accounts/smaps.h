// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What the kernel counts for each mapping of a process (/proc/PID/smaps, proc_pid_smaps(5)). All sizes are bytes.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "injector/base/remote_addr.h"

namespace memray::heap {

struct MappingUse {
    base::RemoteAddr begin;
    base::RemoteAddr end;
    std::uint64_t resident{0};
    std::uint64_t proportional{0};  // shared pages divided by how many processes map them
    std::uint64_t unique{0};        // of no other process
    std::uint64_t huge{0};          // anonymous, in huge pages
    std::uint64_t swapped{0};
};

// In the order of addresses. Lines that make no sense are left out.
[[nodiscard]] std::vector<MappingUse> parse_smaps(std::string_view text);
// Throws base::Error.
[[nodiscard]] std::vector<MappingUse> read_smaps(pid_t pid);
// Of all: from the first address to the last.
[[nodiscard]] MappingUse sum(const std::vector<MappingUse>& mappings);

}  // namespace memray::heap
