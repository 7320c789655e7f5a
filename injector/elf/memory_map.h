// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What is mapped where in a process, as /proc/PID/maps tells, and where its program starts (/proc/PID/auxv).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "injector/base/remote_addr.h"

namespace memray::elf {

using base::RemoteAddr;

struct MapEntry {
    RemoteAddr begin;
    RemoteAddr end;
    std::uint64_t offset{0};
    bool readable{false};
    bool writable{false};
    bool executable{false};
    std::uint64_t inode{0};
    std::string path;         // empty if anonymous; "/memfd:name (deleted)", "[stack]", ...
    std::uint64_t device{0};  // as stat(2) has it
    bool shared{false};
};

// Lines that make no sense are left out.
[[nodiscard]] std::vector<MapEntry> parse_maps(std::string_view text);
// Throws base::Error.
[[nodiscard]] std::vector<MapEntry> read_maps(pid_t pid);
// The one that holds `address`, in a file "maps", which is read no further. Nothing if it cannot be read.
[[nodiscard]] std::optional<MapEntry> find_mapping(const std::string& maps, RemoteAddr address);

struct AuxiliaryVector {
    RemoteAddr entry;        // AT_ENTRY: of the program, not of its loader
    RemoteAddr loader_base;  // AT_BASE: null in a static program
};

// Nothing without AT_ENTRY.
[[nodiscard]] std::optional<AuxiliaryVector> parse_auxv(std::string_view bytes);

}  // namespace memray::elf
