// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What memory can be. Each resident byte is of one term.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace memray::heap {

enum class Term : std::uint8_t {
    kPymallocObjects,
    kPymallocOther,  // blocks in use that are no objects
    kPymallocKept,   // objects that were deallocated and are kept for new ones
    kPymallocFree,
    kPymallocUntouched,  // blocks that never were in use
    kPymallocHeaders,    // of pools, and what is left behind their last blocks
    kPymallocEmptyPools,
    kPymallocAlignment,  // and pools that never were in use
    kMallocObjects,
    kMallocUsed,
    kMallocMapped,
    kMallocHeaders,  // of chunks in use, and of arenas
    kMallocFree,
    kMallocCached,  // in caches of threads and in fastbins
    kMallocTop,
    kMallocUnknown,
    kBreak,           // moved by somebody else than malloc
    kOtherAllocator,  // anonymous memory while an allocator is loaded that we do not read
    kMainStack,
    kThreadStacks,
    kEndedStacks,  // kept for threads to come
    kStaleStacks,  // below the stack pointers
    kFrameStacks,  // of CPython 3.11 and later, for the frames of Python functions
    kLoader,       // thread-local storage of the main thread, and what the dynamic loader has allocated
    kCode,
    kReadOnly,
    kWritten,  // private copies of pages of programs and libraries
    kZeroed,   // their variables that begin as zero (.bss)
    kMappedFiles,
    kSharedMemory,
    kGeneratedCode,
    kVdso,
    kReserved,   // addresses that may not be touched
    kUntouched,  // anonymous memory without a page
    kUnexplained,
};
inline constexpr std::size_t kTerms = static_cast<std::size_t>(Term::kUnexplained) + 1;

// As it is called in JSON.
[[nodiscard]] std::string_view term_name(Term term);

}  // namespace memray::heap
