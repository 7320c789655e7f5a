// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// malloc and its family. `V`: which variant (variants.h).
#pragma once

#include "payload/hooks/gate.h"
#include "payload/hooks/originals.h"

namespace memray::payload {

template <int V>
struct AllocatorHooks {
    using Allocator = wire::Allocator;
    static constexpr ReallocKinds kRealloc{Allocator::kFree, Allocator::kRealloc};
    template <auto Function>
    static constexpr Original<V, Function> kOriginal{};

    // Only used after the original succeeded, so the product did not overflow, or it is not recorded.
    static std::size_t product(std::size_t count, std::size_t size) noexcept { return count * size; }

    static void* malloc(std::size_t size) {
        return allocate(Allocator::kMalloc, size, kOriginal<&Originals::malloc>, size);
    }
    static void* calloc(std::size_t count, std::size_t size) {
        return allocate(Allocator::kCalloc, product(count, size), kOriginal<&Originals::calloc>, count, size);
    }
    static void* realloc(void* address, std::size_t size) {
        return reallocate(kRealloc, true, address, size, kOriginal<&Originals::realloc>, address, size);
    }
    static void* reallocarray(void* address, std::size_t count, std::size_t size) {
        const bool zero = count == 0 || size == 0;
        return reallocate(kRealloc, zero, address, product(count, size), kOriginal<&Originals::reallocarray>, address,
                          count, size);
    }
    static void free(void* address) { deallocate(Allocator::kFree, address, kOriginal<&Originals::free>, address); }
    static void free_sized(void* address, std::size_t size) {
        deallocate(Allocator::kFree, address, kOriginal<&Originals::free_sized>, address, size);
    }
    static void free_aligned_sized(void* address, std::size_t alignment, std::size_t size) {
        deallocate(Allocator::kFree, address, kOriginal<&Originals::free_aligned_sized>, address, alignment, size);
    }
    static int posix_memalign(void** address, std::size_t alignment, std::size_t size) {
        constexpr auto kFunction = kOriginal<&Originals::posix_memalign>;
        if (!is_recordable()) { return kFunction(address, alignment, size); }
        const int error = call_original(kFunction, address, alignment, size);
        if (error == 0) { record_allocation(*address, size, Allocator::kPosixMemalign); }
        return error;
    }
    static void* aligned_alloc(std::size_t alignment, std::size_t size) {
        return allocate(Allocator::kAlignedAlloc, size, kOriginal<&Originals::aligned_alloc>, alignment, size);
    }
    static void* memalign(std::size_t alignment, std::size_t size) {
        return allocate(Allocator::kMemalign, size, kOriginal<&Originals::memalign>, alignment, size);
    }
    static void* valloc(std::size_t size) {
        return allocate(Allocator::kValloc, size, kOriginal<&Originals::valloc>, size);
    }
    static void* pvalloc(std::size_t size) {
        return allocate(Allocator::kPvalloc, size, kOriginal<&Originals::pvalloc>, size);
    }
};

}  // namespace memray::payload
