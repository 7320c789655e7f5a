// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Memory in which the variables of programs and libraries lie: the writable segments of their images, zeroes behind
// what is in the file (.bss) included. Objects may lie there (types of extensions in C, small integers), and references
// from C begin there.
#pragma once

#include <vector>

#include "injector/heap/memory/memory.h"

namespace memray::heap {

struct StaticRange {
    RemoteAddr begin;
    RemoteAddr end;
    const Range* file;  // of the image; good as long as the memory
};

class StaticMemory {
public:
    explicit StaticMemory(const Memory& memory);

    // Sorted by address; each lies in one range of the memory.
    [[nodiscard]] const std::vector<StaticRange>& ranges() const noexcept { return ranges_; }
    // Null if none holds `address`.
    [[nodiscard]] const StaticRange* at(RemoteAddr address) const;
    // Those of the image that has `address` in one of them.
    [[nodiscard]] std::vector<StaticRange> of_image(RemoteAddr address) const;

private:
    void add_segment(const Memory& memory, RemoteAddr begin, RemoteAddr end, const Range& file);

    std::vector<StaticRange> ranges_;
};

}  // namespace memray::heap
