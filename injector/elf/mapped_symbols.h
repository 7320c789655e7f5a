// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The names of the functions that a module exports, from the memory of a process: for a module whose file cannot be
// had. They come as an ELF file that any tool can read, like those of symbols_only.h, with .dynsym and its strings,
// notes (the build-id) and places of the code. The memory may say anything; every size is bounded.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "injector/elf/read_memory.h"

namespace memray::elf {

// Of the image whose ELF header is mapped at `header`. Nothing if there is none for x86-64, it exports no function, or
// its tables or the file would take more than `limit` bytes.
[[nodiscard]] std::optional<std::string> mapped_symbols(RemoteAddr header, const ReadMemory& read, std::size_t limit);

}  // namespace memray::elf
