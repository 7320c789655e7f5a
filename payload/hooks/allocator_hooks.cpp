// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/hooks/gate.h"
#include "payload/hooks/originals.h"

namespace memray::payload {

using wire::Allocator;

namespace {

constexpr ReallocKinds kLibcRealloc{Allocator::kFree, Allocator::kRealloc};

// Only used after the original succeeded, so the product did not overflow, or it is not recorded.
std::size_t product(std::size_t count, std::size_t size) noexcept { return count * size; }

}  // namespace

extern "C" {

void* hook_malloc(std::size_t size) { return allocate(Allocator::kMalloc, size, originals.malloc, size); }

void* hook_calloc(std::size_t count, std::size_t size) {
    return allocate(Allocator::kCalloc, product(count, size), originals.calloc, count, size);
}

void* hook_realloc(void* address, std::size_t size) {
    return reallocate(kLibcRealloc, true, address, size, originals.realloc, address, size);
}

void* hook_reallocarray(void* address, std::size_t count, std::size_t size) {
    const bool zero = count == 0 || size == 0;
    return reallocate(kLibcRealloc, zero, address, product(count, size), originals.reallocarray, address, count, size);
}

void hook_free(void* address) { deallocate(Allocator::kFree, address, originals.free, address); }

void hook_free_sized(void* address, std::size_t size) {
    deallocate(Allocator::kFree, address, originals.free_sized, address, size);
}

void hook_free_aligned_sized(void* address, std::size_t alignment, std::size_t size) {
    deallocate(Allocator::kFree, address, originals.free_aligned_sized, address, alignment, size);
}

int hook_posix_memalign(void** address, std::size_t alignment, std::size_t size) {
    if (!is_recordable()) { return originals.posix_memalign(address, alignment, size); }
    const int error = call_original(originals.posix_memalign, address, alignment, size);
    if (error == 0) { record_allocation(*address, size, Allocator::kPosixMemalign); }
    return error;
}

void* hook_aligned_alloc(std::size_t alignment, std::size_t size) {
    return allocate(Allocator::kAlignedAlloc, size, originals.aligned_alloc, alignment, size);
}

void* hook_memalign(std::size_t alignment, std::size_t size) {
    return allocate(Allocator::kMemalign, size, originals.memalign, alignment, size);
}

void* hook_valloc(std::size_t size) { return allocate(Allocator::kValloc, size, originals.valloc, size); }

void* hook_pvalloc(std::size_t size) { return allocate(Allocator::kPvalloc, size, originals.pvalloc, size); }
}

}  // namespace memray::payload
