// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Where the unwind tables (.eh_frame_hdr) of the images of a process lie in its memory.
#pragma once

#include <cstdint>
#include <vector>

#include "injector/elf/memory_map.h"
#include "injector/ptrace/remote_memory.h"

namespace memray::safe_point {

struct EhFrameHeader {
    base::RemoteAddr begin;  // of the image
    base::RemoteAddr end;
    base::RemoteAddr header;   // .eh_frame_hdr
    base::RemoteAddr entries;  // its search table
    std::uint64_t count{0};
};
inline constexpr std::uint64_t kUnwindEntryBytes = 8;

// Of every image mapped with its ELF header, the vdso included; in the order of their addresses.
[[nodiscard]] std::vector<EhFrameHeader> find_eh_frame_headers(const ptrace::RemoteMemory& memory,
                                                               const std::vector<elf::MapEntry>& maps);
[[nodiscard]] const EhFrameHeader* find_table(const std::vector<EhFrameHeader>& tables, base::RemoteAddr address);

}  // namespace memray::safe_point
