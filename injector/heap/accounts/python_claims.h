// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// CPython's memory in a ledger: its small blocks, and which of all blocks are objects.
#pragma once

#include <memory>

#include "injector/heap/accounts/ledger.h"
#include "injector/heap/memory/block.h"
#include "injector/heap/memory/memory.h"

namespace memray::heap {

class PythonClaims {
public:
    // Where there is no CPython that can be read, nothing is claimed. `memory` must live longer than this.
    explicit PythonClaims(const Memory& memory);
    PythonClaims(const PythonClaims&) = delete;
    PythonClaims& operator=(const PythonClaims&) = delete;
    ~PythonClaims();

    // Every byte of pymalloc's arenas.
    void claim(Ledger& ledger) const;
    // What a block of malloc or of pymalloc is.
    [[nodiscard]] Term term_of(const Block& block) const;

private:
    struct State;
    const Memory& memory_;
    std::unique_ptr<State> state_;  // null without CPython
};

}  // namespace memray::heap
