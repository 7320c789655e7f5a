// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What there is to know of a loaded ELF object for putting hooks in, found through its dynamic section.
#pragma once

#include <elf.h>
#include <link.h>

#include <cstddef>
#include <cstdint>

namespace memray::payload {

struct Range {
    std::uintptr_t begin{0};
    std::uintptr_t end{0};
    [[nodiscard]] bool contains(std::uintptr_t address) const noexcept { return address >= begin && address < end; }
};

struct RelocationTable {
    const Elf64_Rela* entries{nullptr};
    std::size_t count{0};
};

struct LoadedObject {
    std::uintptr_t bias{0};
    const char* name{nullptr};  // as the loader calls it, "" for the executable
    const Elf64_Phdr* headers{nullptr};
    std::size_t header_count{0};
    const Elf64_Sym* symbols{nullptr};
    const char* strings{nullptr};
    const std::uint32_t* gnu_hash{nullptr};   // DT_GNU_HASH
    const std::uint32_t* sysv_hash{nullptr};  // DT_HASH
    RelocationTable plt;                      // DT_JMPREL
    RelocationTable data;                     // DT_RELA
    Range image;                              // all segments
    Range relro;                              // read-only after relocation; page aligned

    // False for an object without a usable dynamic section.
    [[nodiscard]] bool read(const dl_phdr_info& info) noexcept;

    // PROT_ bits of the segment that holds this address, as they were when it was mapped; 0 if none does.
    [[nodiscard]] int protection_of(std::uintptr_t address) const noexcept;
};

}  // namespace memray::payload
