// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/elf/dynamic_tables.h"

#include <algorithm>
#include <vector>

namespace memray::elf {
namespace {

constexpr std::size_t kMaxDynamicEntries = 4096;

// glibc writes final addresses into the dynamic section, musl leaves what the linker wrote.
RemoteAddr relocated(std::uint64_t pointer, RemoteAddr bias) {
    const RemoteAddr address(pointer);
    return address < bias ? bias + pointer : address;
}

void take(DynamicTables& tables, const Elf64_Dyn& entry, RemoteAddr bias) {
    switch (entry.d_tag) {
        case DT_SYMTAB:
            tables.symbols = relocated(entry.d_un.d_ptr, bias);
            break;
        case DT_STRTAB:
            tables.strings = relocated(entry.d_un.d_ptr, bias);
            break;
        case DT_STRSZ:
            tables.strings_size = entry.d_un.d_val;
            break;
        case DT_GNU_HASH:
            tables.gnu_hash = relocated(entry.d_un.d_ptr, bias);
            break;
        case DT_HASH:
            tables.sysv_hash = relocated(entry.d_un.d_ptr, bias);
            break;
        default:
            break;
    }
}

}  // namespace

std::optional<DynamicTables> read_dynamic_tables(const Segments& segments, const ReadMemory& read) {
    DynamicTables tables;
    for (const Elf64_Phdr& segment : segments.headers) {
        if (segment.p_type != PT_DYNAMIC) { continue; }
        std::vector<Elf64_Dyn> entries(std::min(segment.p_memsz / sizeof(Elf64_Dyn), kMaxDynamicEntries));
        const RemoteAddr at = segments.bias + segment.p_vaddr;
        if (!read(at, entries.data(), entries.size() * sizeof(Elf64_Dyn))) { continue; }
        for (const Elf64_Dyn& entry : entries) {
            if (entry.d_tag == DT_NULL) { break; }
            take(tables, entry, segments.bias);
        }
    }
    const bool usable = !tables.symbols.is_null() && !tables.strings.is_null() &&
                        !(tables.gnu_hash.is_null() && tables.sysv_hash.is_null());
    return usable ? std::optional(tables) : std::nullopt;
}

}  // namespace memray::elf
