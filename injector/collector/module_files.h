// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The files behind the modules of a target, held open from the moment a module is seen: they can be read when their
// names are gone, when the process and its mount namespace are, too. A file that many processes have mapped is held
// once. Of a module whose file cannot be had, what its memory says.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "injector/base/unique_fd.h"
#include "injector/capture/profile.h"
#include "injector/elf/read_memory.h"
#include "injector/unwind/loaded_modules.h"

namespace memray::collector {

using ModuleFile = std::shared_ptr<const base::UniqueFd>;

// What can tell the names of a module when its file is gone.
struct SymbolOrigin {
    ModuleFile file;          // may be null
    std::string from_memory;  // then this, an ELF file (elf/mapped_symbols.h); empty if it exports nothing
    std::uint64_t inode{0};   // of the file that was mapped

    [[nodiscard]] bool empty() const noexcept { return !file && from_memory.empty(); }
};

// Of the module that is mapped at `place`, as long as the process has it. At most `limit` bytes from memory.
[[nodiscard]] SymbolOrigin find_origin(pid_t pid, const unwind::ModulePlace& place, const elf::ReadMemory& read,
                                       std::size_t limit);

// Symbols of the module for the capture, if its file is no longer where it was, as this process sees that, or cannot be
// read. At most `limit` bytes; empty otherwise.
[[nodiscard]] std::string symbols_to_keep(const capture::Module& module, const SymbolOrigin& origin, std::size_t limit);

}  // namespace memray::collector
