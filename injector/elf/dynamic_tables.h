// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Where the exported symbols of an ELF image are, as its dynamic section in the memory of a process says.
#pragma once

#include <cstdint>
#include <optional>

#include "injector/base/remote_addr.h"
#include "injector/elf/read_memory.h"
#include "injector/elf/segments.h"

namespace memray::elf {

// Addresses in memory; null where there is no such table. They may lead anywhere.
struct DynamicTables {
    RemoteAddr symbols;
    RemoteAddr strings;
    std::uint64_t strings_size{0};
    RemoteAddr gnu_hash;
    RemoteAddr sysv_hash;
};

// Nothing without symbols, their strings and one of the hash tables (gABI, "Dynamic Section").
[[nodiscard]] std::optional<DynamicTables> read_dynamic_tables(const Segments& segments, const ReadMemory& read);

}  // namespace memray::elf
