// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/got/object.h"

#include <sys/mman.h>

#include "payload/wire/control.h"

namespace memray::payload {
namespace {

constexpr std::uintptr_t page_down(std::uintptr_t address) noexcept { return address & ~(wire::kPageSize - 1); }

// glibc rewrites the addresses of a dynamic section to absolute ones, musl and the kernel's vdso leave them relative.
template <typename Type>
const Type* absolute(std::uintptr_t bias, Elf64_Addr address) noexcept {
    return reinterpret_cast<const Type*>(address < bias ? address + bias : address);
}

void read_dynamic(LoadedObject& object, const Elf64_Dyn* entry) noexcept {
    for (; entry->d_tag != DT_NULL; ++entry) {
        switch (entry->d_tag) {
            case DT_SYMTAB:
                object.symbols = absolute<Elf64_Sym>(object.bias, entry->d_un.d_ptr);
                break;
            case DT_STRTAB:
                object.strings = absolute<char>(object.bias, entry->d_un.d_ptr);
                break;
            case DT_GNU_HASH:
                object.gnu_hash = absolute<std::uint32_t>(object.bias, entry->d_un.d_ptr);
                break;
            case DT_HASH:
                object.sysv_hash = absolute<std::uint32_t>(object.bias, entry->d_un.d_ptr);
                break;
            case DT_JMPREL:
                object.plt.entries = absolute<Elf64_Rela>(object.bias, entry->d_un.d_ptr);
                break;
            case DT_PLTRELSZ:
                object.plt.count = entry->d_un.d_val / sizeof(Elf64_Rela);
                break;
            case DT_RELA:
                object.data.entries = absolute<Elf64_Rela>(object.bias, entry->d_un.d_ptr);
                break;
            case DT_RELASZ:
                object.data.count = entry->d_un.d_val / sizeof(Elf64_Rela);
                break;
            default:
                break;
        }
    }
}

void extend(Range& range, std::uintptr_t begin, std::uintptr_t end) noexcept {
    if (range.end == 0 || begin < range.begin) { range.begin = begin; }
    if (end > range.end) { range.end = end; }
}

}  // namespace

bool LoadedObject::read(const dl_phdr_info& info) noexcept {
    bias = info.dlpi_addr;
    name = info.dlpi_name;
    headers = info.dlpi_phdr;
    header_count = info.dlpi_phnum;
    const Elf64_Dyn* dynamic = nullptr;
    for (std::size_t i = 0; i < info.dlpi_phnum; ++i) {
        const Elf64_Phdr& header = info.dlpi_phdr[i];
        const std::uintptr_t begin = bias + header.p_vaddr;
        if (header.p_type == PT_LOAD) { extend(image, begin, begin + header.p_memsz); }
        if (header.p_type == PT_DYNAMIC) { dynamic = reinterpret_cast<const Elf64_Dyn*>(begin); }
        // The bounds that the loader protects: both rounded down (_dl_protect_relro).
        if (header.p_type == PT_GNU_RELRO) { relro = {page_down(begin), page_down(begin + header.p_memsz)}; }
    }
    if (dynamic == nullptr) { return false; }
    read_dynamic(*this, dynamic);
    if (plt.entries == nullptr) { plt.count = 0; }
    if (data.entries == nullptr) { data.count = 0; }
    return symbols != nullptr && strings != nullptr;
}

int LoadedObject::protection_of(std::uintptr_t address) const noexcept {
    for (std::size_t i = 0; i < header_count; ++i) {
        const Elf64_Phdr& header = headers[i];
        if (header.p_type != PT_LOAD || address - (bias + header.p_vaddr) >= header.p_memsz) { continue; }
        return ((header.p_flags & PF_R) != 0 ? PROT_READ : 0) | ((header.p_flags & PF_W) != 0 ? PROT_WRITE : 0) |
               ((header.p_flags & PF_X) != 0 ? PROT_EXEC : 0);
    }
    return 0;
}

}  // namespace memray::payload
