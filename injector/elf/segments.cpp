// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/elf/segments.h"

#include <cstring>

namespace memray::elf {
namespace {

constexpr std::size_t kMaxProgramHeaders = 256;

}  // namespace

Segments read_segments(const ReadMemory& read, RemoteAddr header) {
    Elf64_Ehdr start;
    if (!read(header, &start, sizeof start)) { return {}; }
    const bool usable = std::memcmp(start.e_ident, ELFMAG, SELFMAG) == 0 && start.e_ident[EI_CLASS] == ELFCLASS64 &&
                        start.e_machine == EM_X86_64 && start.e_phentsize == sizeof(Elf64_Phdr) &&
                        start.e_phnum <= kMaxProgramHeaders;
    if (!usable) { return {}; }
    Segments segments{std::vector<Elf64_Phdr>(start.e_phnum), header};
    if (!read(header + start.e_phoff, segments.headers.data(), segments.headers.size() * sizeof(Elf64_Phdr))) {
        return {};
    }
    for (const Elf64_Phdr& segment : segments.headers) {
        if (segment.p_type == PT_LOAD && segment.p_offset == 0) { segments.bias = header - segment.p_vaddr; }
    }
    return segments;
}

}  // namespace memray::elf
