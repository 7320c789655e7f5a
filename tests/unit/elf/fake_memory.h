// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// An ELF image in a buffer, at an address of the test's choosing. Like the memory of a process: what lies outside the
// buffer cannot be read.
#pragma once

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "injector/elf/image.h"

namespace memray::elf::tests {

struct FakeMemory {
    RemoteAddr base{0x7f00'0000'0000};
    std::vector<unsigned char> bytes = std::vector<unsigned char>(8192);

    template <typename T>
    void put(std::size_t offset, const T& value) {
        std::memcpy(bytes.data() + offset, &value, sizeof value);
    }
    [[nodiscard]] ReadMemory reader() const {
        return [this](RemoteAddr address, void* data, std::size_t size) {
            const std::uint64_t offset = address - base;
            if (offset > bytes.size() || bytes.size() - offset < size) { return false; }
            std::copy_n(bytes.data() + offset, size, static_cast<unsigned char*>(data));
            return true;
        };
    }
};

// Where the parts of library() lie.
inline constexpr std::size_t kDynamicAt = 0x200;
inline constexpr std::size_t kSymbolsAt = 0x400;
inline constexpr std::size_t kStringsAt = 0x600;
inline constexpr std::size_t kHashAt = 0x800;

inline Elf64_Sym symbol(std::uint32_t name, std::uint64_t value, unsigned type = STT_FUNC, std::uint16_t section = 1) {
    Elf64_Sym result{};
    result.st_name = name;
    result.st_value = value;
    result.st_info = static_cast<unsigned char>(ELF64_ST_INFO(STB_GLOBAL, type));
    result.st_shndx = section;
    return result;
}

// That many program headers follow it.
inline Elf64_Ehdr header_before(std::uint16_t segments) {
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_machine = EM_X86_64;
    header.e_phoff = sizeof header;
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = segments;
    return header;
}

// Exports "start" (symbol 1, at 0x1100); symbols 2 to 4 are "undefined", "resolver" (IFUNC) and "local" (TLS). One SysV
// hash bucket chains them all. `relocate`: pointers of the dynamic section are final, as glibc leaves them.
inline FakeMemory library(bool relocate) {
    FakeMemory memory;
    const Elf64_Ehdr header = header_before(2);
    memory.put(0, header);
    Elf64_Phdr load{};
    load.p_type = PT_LOAD;
    memory.put(sizeof header, load);
    Elf64_Phdr dynamic{};
    dynamic.p_type = PT_DYNAMIC;
    dynamic.p_vaddr = kDynamicAt;
    dynamic.p_memsz = 5 * sizeof(Elf64_Dyn);
    memory.put(sizeof header + sizeof load, dynamic);
    const std::uint64_t bias = relocate ? memory.base.value() : 0;
    const Elf64_Dyn entries[5] = {{DT_SYMTAB, {bias + kSymbolsAt}},
                                  {DT_STRTAB, {bias + kStringsAt}},
                                  {DT_STRSZ, {64}},
                                  {DT_HASH, {bias + kHashAt}},
                                  {DT_NULL, {0}}};
    memory.put(kDynamicAt, entries);
    std::memcpy(memory.bytes.data() + kStringsAt, "\0start\0undefined\0resolver\0local", 31);
    const Elf64_Sym symbols[5] = {{},
                                  symbol(1, 0x1100),
                                  symbol(7, 0x1200, STT_FUNC, SHN_UNDEF),
                                  symbol(17, 0x1300, STT_GNU_IFUNC),
                                  symbol(26, 0x10, STT_TLS)};
    memory.put(kSymbolsAt, symbols);
    const std::uint32_t hash[] = {1, 5, /* bucket */ 4, /* chains */ 0, 0, 1, 2, 3};
    memory.put(kHashAt, hash);
    return memory;
}

}  // namespace memray::elf::tests
