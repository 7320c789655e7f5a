// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What the code at an address of the target is good for when something is to be called there.
#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include "injector/elf/modules.h"

namespace memray::safe_point {

enum class CodeKind {
    kOther,      // may be interrupted anywhere
    kLibc,       // holds locks of its own (allocator, stdio, threads) inside many functions
    kLoader,     // always holds the loader's lock
    kAllocator,  // a library that replaces malloc
};

class CodeMap {
public:
    CodeMap(const std::vector<elf::MapEntry>& maps, const elf::Modules& modules);

    [[nodiscard]] CodeKind kind_at(base::RemoteAddr address) const;
    // A function that waits on a lock or a condition of the caller's, holding none of the C library's.
    [[nodiscard]] bool waits_for_caller(base::RemoteAddr function) const {
        return waiting_functions_.count(function.value()) != 0;
    }

private:
    struct Range {
        base::RemoteAddr begin;
        base::RemoteAddr end;
        CodeKind kind;
    };
    std::vector<Range> ranges_;  // of kinds other than kOther
    std::unordered_set<std::uint64_t> waiting_functions_;
};

}  // namespace memray::safe_point
