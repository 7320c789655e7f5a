// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Compiled tables on disk, by build-id: what was compiled once, by whatever process, is read the next time. The folder,
// $XDG_CACHE_HOME/memray/unwind or ~/.cache/memray/unwind, and what is in it belong to this user alone; files that do
// not are not believed. Without a usable folder tables are compiled each time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "injector/elf/image.h"
#include "injector/unwind/mapped_image.h"

namespace memray::unwind {

class TableCache {
public:
    TableCache();  // in the user's folder
    // Makes the folder if need be, and its owner the only one who may look into it. A folder of somebody else, one that
    // others may write to, or a symbolic link is not used.
    explicit TableCache(std::string folder);

    // The table of a module in memory, as in payload/wire/unwind_table.h; empty if it has none. Never throws for what
    // the memory or the folder holds.
    [[nodiscard]] std::vector<std::uint8_t> table_of(const MappedImage& image, const elf::ReadMemory& read) const;

private:
    std::string folder_;  // empty: none
};

}  // namespace memray::unwind
