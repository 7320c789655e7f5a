// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What PYTHONMALLOC=debug, and debug builds, put around each block (Objects/obmalloc.c, _PyMem_DebugRawAlloc, 3.8 to
// 3.15): the size that was asked for as eight bytes, most significant first; a letter for the domain; seven bytes 0xfd.
// Behind it eight bytes 0xfd. Big objects have it twice.
#pragma once

#include <cstddef>

#include "injector/heap/memory/block.h"

namespace memray::heap {

// What is inside, its size as it was asked for; `block` itself if there is nothing around it. `bytes` are the first of
// the block, `available` of them.
[[nodiscard]] Block without_debug_header(const Block& block, const std::byte* bytes, std::size_t available);

}  // namespace memray::heap
