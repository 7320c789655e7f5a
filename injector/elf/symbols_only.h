// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A file of machine code reduced to what the names of its functions need. It stays an ELF file that any tool can read:
// sections without use have no contents any more. The file may say anything; every size is bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace memray::elf {

// What stays: headers, the symbol table (or, where there is none, the exported symbols and mini debug information),
// its strings, notes (the build-id) and the name of the debug file. Nothing if `fd` is no such file for x86-64, has no
// symbols, cannot be read, or more than `limit` bytes would stay.
[[nodiscard]] std::optional<std::string> symbols_only(int fd, std::size_t limit);

}  // namespace memray::elf
