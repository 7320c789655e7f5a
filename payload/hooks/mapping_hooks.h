// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// mmap and its family. `V`: which variant (variants.h).
#pragma once

#include <sys/mman.h>

#include <cstdarg>

#include "payload/hooks/gate.h"
#include "payload/hooks/originals.h"
#include "payload/stack/stack_window.h"

namespace memray::payload {

template <int V>
struct MappingHooks {
    using Allocator = wire::Allocator;

    static void* mmap(void* address, std::size_t size, int protection, int flags, int fd, long offset) {
        return map(Original<V, &Originals::mmap>{}, address, size, protection, flags, fd, offset);
    }
    static void* mmap64(void* address, std::size_t size, int protection, int flags, int fd, long offset) {
        return map(Original<V, &Originals::mmap64>{}, address, size, protection, flags, fd, offset);
    }
    static int munmap(void* address, std::size_t size) {
        constexpr Original<V, &Originals::munmap> kFunction{};
        if (!is_recordable()) { return kFunction(address, size); }
        record_deallocation(address, size, Allocator::kMunmap);
        unmaps.fetch_add(1, std::memory_order_relaxed);
        const int result = call_original(kFunction, address, size);
        if (result != 0) { record_undo(address); }
        return result;
    }
    // Variadic: the fifth argument is only looked at with MREMAP_FIXED.
    static void* mremap(void* address, std::size_t old_size, std::size_t new_size, int flags, ...) {
        constexpr Original<V, &Originals::mremap> kFunction{};
        std::va_list arguments;
        va_start(arguments, flags);
        void* wanted = va_arg(arguments, void*);
        va_end(arguments);
        if (!is_recordable()) { return kFunction(address, old_size, new_size, flags, wanted); }
        // Size 0 duplicates a shared mapping, MREMAP_DONTUNMAP leaves the old range mapped: nothing is given back.
        const bool keeps_old = old_size == 0 || (flags & MREMAP_DONTUNMAP) != 0;
        if (!keeps_old) { record_deallocation(address, old_size, Allocator::kMunmap); }
        unmaps.fetch_add(1, std::memory_order_relaxed);
        void* result = call_original(kFunction, address, old_size, new_size, flags, wanted);
        if (result != MAP_FAILED) {
            record_allocation(result, new_size, Allocator::kMmap);
        } else if (!keeps_old) {
            record_undo(address);
        }
        return result;
    }

private:
    template <typename Function>
    static void* map(Function original, void* address, std::size_t size, int protection, int flags, int fd,
                     long offset) noexcept {
        if (!is_recordable()) { return original(address, size, protection, flags, fd, offset); }
        void* result = call_original(original, address, size, protection, flags, fd, offset);
        if (result != MAP_FAILED) { record_allocation(result, size, Allocator::kMmap); }
        return result;
    }
};

}  // namespace memray::payload
