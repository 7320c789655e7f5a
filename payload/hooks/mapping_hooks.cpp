// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <sys/mman.h>

#include <cstdarg>

#include "payload/hooks/gate.h"
#include "payload/hooks/originals.h"
#include "payload/stack/stack_window.h"

namespace memray::payload {

using wire::Allocator;

namespace {

using Mmap = void* (*)(void*, std::size_t, int, int, int, long);

void* map(Mmap original, void* address, std::size_t size, int protection, int flags, int fd, long offset) noexcept {
    if (!is_recordable()) { return original(address, size, protection, flags, fd, offset); }
    void* result = call_original(original, address, size, protection, flags, fd, offset);
    if (result != MAP_FAILED) { record_allocation(result, size, Allocator::kMmap); }
    return result;
}

// The original is variadic: its fifth argument is only looked at with MREMAP_FIXED.
void* remap(void* address, std::size_t old_size, std::size_t new_size, int flags, void* wanted) noexcept {
    return originals.mremap(address, old_size, new_size, flags, wanted);
}

}  // namespace

extern "C" {

void* hook_mmap(void* address, std::size_t size, int protection, int flags, int fd, long offset) {
    return map(originals.mmap, address, size, protection, flags, fd, offset);
}

void* hook_mmap64(void* address, std::size_t size, int protection, int flags, int fd, long offset) {
    return map(originals.mmap64, address, size, protection, flags, fd, offset);
}

int hook_munmap(void* address, std::size_t size) {
    if (!is_recordable()) { return originals.munmap(address, size); }
    record_deallocation(address, size, Allocator::kMunmap);
    unmaps.fetch_add(1, std::memory_order_relaxed);
    const int result = call_original(originals.munmap, address, size);
    if (result != 0) { record_undo(address); }
    return result;
}

void* hook_mremap(void* address, std::size_t old_size, std::size_t new_size, int flags, ...) {
    std::va_list arguments;
    va_start(arguments, flags);
    void* wanted = va_arg(arguments, void*);
    va_end(arguments);
    if (!is_recordable()) { return remap(address, old_size, new_size, flags, wanted); }
    // Size 0 duplicates a shared mapping, MREMAP_DONTUNMAP leaves the old range mapped: nothing is given back.
    const bool keeps_old = old_size == 0 || (flags & MREMAP_DONTUNMAP) != 0;
    if (!keeps_old) { record_deallocation(address, old_size, Allocator::kMunmap); }
    unmaps.fetch_add(1, std::memory_order_relaxed);
    void* result = call_original(&remap, address, old_size, new_size, flags, wanted);
    if (result != MAP_FAILED) {
        record_allocation(result, new_size, Allocator::kMmap);
    } else if (!keeps_old) {
        record_undo(address);
    }
    return result;
}
}

}  // namespace memray::payload
