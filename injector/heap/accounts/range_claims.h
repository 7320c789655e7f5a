// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What remains of a process's memory when its allocators and stacks have claimed theirs: by what each range is mapped
// from.
#pragma once

#include <string>
#include <vector>

#include "injector/heap/accounts/ledger.h"
#include "injector/heap/memory/memory.h"

namespace memray::heap {

// "jemalloc", "tcmalloc" or "mimalloc", if it is among the libraries that are loaded; else empty.
[[nodiscard]] std::string loaded_allocator(const std::vector<Range>& ranges);

// Claims the zeroed variables of programs and libraries: anonymous memory behind their files' (.bss).
void claim_zeroed(const Memory& memory, Ledger& ledger);

// Claims all that is left, also pages that are in no range: of a moment when there was one. `allocator`: the one that
// anonymous memory belongs to then, if any.
void claim_ranges(const Memory& memory, const std::string& allocator, Ledger& ledger);

}  // namespace memray::heap
