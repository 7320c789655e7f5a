// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// malloc and its family. `Variant`: nothing, or the int that a later variant's hook adds (later_hooks.h).
#pragma once

#include "payload/hooks/gate.h"
#include "payload/hooks/originals.h"

namespace memray::payload {

template <typename Original>
int allocate_into(Original original, void** address, std::size_t alignment, std::size_t size) noexcept {
    if (!is_recordable()) { return original(address, alignment, size); }
    const int error = call_original(original, address, alignment, size);
    if (error == 0) { record_allocation(*address, size, wire::Allocator::kPosixMemalign); }
    return error;
}

template <typename... Variant>
struct AllocatorHooks {
    using Allocator = wire::Allocator;
    static constexpr ReallocKinds kRealloc{Allocator::kFree, Allocator::kRealloc};

    // Only used after the original succeeded, so the product did not overflow, or it is not recorded.
    static std::size_t product(std::size_t count, std::size_t size) noexcept { return count * size; }

    static void* malloc(std::size_t size, Variant... variant) {
        return allocate(Allocator::kMalloc, size, original_of<&Originals::malloc>(variant...), size);
    }
    static void* calloc(std::size_t count, std::size_t size, Variant... variant) {
        return allocate(Allocator::kCalloc, product(count, size), original_of<&Originals::calloc>(variant...), count,
                        size);
    }
    static void* realloc(void* address, std::size_t size, Variant... variant) {
        return reallocate(kRealloc, true, address, size, original_of<&Originals::realloc>(variant...), address, size);
    }
    static void* reallocarray(void* address, std::size_t count, std::size_t size, Variant... variant) {
        const bool zero = count == 0 || size == 0;
        return reallocate(kRealloc, zero, address, product(count, size),
                          original_of<&Originals::reallocarray>(variant...), address, count, size);
    }
    static void free(void* address, Variant... variant) {
        deallocate(Allocator::kFree, address, original_of<&Originals::free>(variant...), address);
    }
    static void free_sized(void* address, std::size_t size, Variant... variant) {
        deallocate(Allocator::kFree, address, original_of<&Originals::free_sized>(variant...), address, size);
    }
    static void free_aligned_sized(void* address, std::size_t alignment, std::size_t size, Variant... variant) {
        deallocate(Allocator::kFree, address, original_of<&Originals::free_aligned_sized>(variant...), address,
                   alignment, size);
    }
    static int posix_memalign(void** address, std::size_t alignment, std::size_t size, Variant... variant) {
        return allocate_into(original_of<&Originals::posix_memalign>(variant...), address, alignment, size);
    }
    static void* aligned_alloc(std::size_t alignment, std::size_t size, Variant... variant) {
        return allocate(Allocator::kAlignedAlloc, size, original_of<&Originals::aligned_alloc>(variant...), alignment,
                        size);
    }
    static void* memalign(std::size_t alignment, std::size_t size, Variant... variant) {
        return allocate(Allocator::kMemalign, size, original_of<&Originals::memalign>(variant...), alignment, size);
    }
    static void* valloc(std::size_t size, Variant... variant) {
        return allocate(Allocator::kValloc, size, original_of<&Originals::valloc>(variant...), size);
    }
    static void* pvalloc(std::size_t size, Variant... variant) {
        return allocate(Allocator::kPvalloc, size, original_of<&Originals::pvalloc>(variant...), size);
    }
};

}  // namespace memray::payload
