// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The memory that CPython 3.11 and later keep the frames of Python functions in: for each thread a list of pieces that
// are mapped for it (struct _PyStackChunk of Include/cpython/pystate.h: the previous piece, its size, how many words of
// it are in use).
#pragma once

#include "injector/heap/accounts/ledger.h"
#include "injector/heap/memory/memory.h"

namespace memray::heap {

// Claims them, where nobody else has claimed anonymous memory: no list has them all, but the first three words of a
// piece tell it.
void claim_frame_stacks(const Memory& memory, Ledger& ledger);

}  // namespace memray::heap
