// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Memory in which variables of programs and libraries lie: written parts of mapped files, and the zeroes behind them
// (.bss). Objects may lie there (types of extensions in C, small integers), and references from C begin there.
#pragma once

#include <vector>

#include "injector/heap/memory/memory.h"

namespace memray::heap {

struct StaticRange {
    RemoteAddr begin;
    RemoteAddr end;
    const Range* file;  // that it belongs to; good as long as the memory
};

class StaticMemory {
public:
    explicit StaticMemory(const Memory& memory);

    // Sorted by address.
    [[nodiscard]] const std::vector<StaticRange>& ranges() const noexcept { return ranges_; }
    [[nodiscard]] bool contains(RemoteAddr address) const;

private:
    std::vector<StaticRange> ranges_;
};

}  // namespace memray::heap
