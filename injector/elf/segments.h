// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The program headers of an ELF image, from the memory of a process.
#pragma once

#include <elf.h>

#include <vector>

#include "injector/elf/read_memory.h"

namespace memray::elf {

struct Segments {
    std::vector<Elf64_Phdr> headers;  // none if there is no image that makes sense
    RemoteAddr bias;                  // what is added to p_vaddr
};

// Of the image for x86-64 whose ELF header is mapped there.
[[nodiscard]] Segments read_segments(const ReadMemory& read, RemoteAddr header);

}  // namespace memray::elf
