// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// mmap and its family. `Variant`: nothing, or the int that a later variant's hook adds (later_hooks.h).
#pragma once

#include <sys/mman.h>

#include <cstdarg>

#include "payload/hooks/gate.h"
#include "payload/hooks/mapping_events.h"
#include "payload/hooks/originals.h"
#include "payload/stack/stack_window.h"

namespace memray::payload {

// `caller`: where the mapping was asked for.
template <typename Original>
[[gnu::cold]] void* record_map(Original original, void* address, std::size_t size, int protection, int flags, int fd,
                               long offset, const void* caller) noexcept {
    if (!is_recordable()) { return original(address, size, protection, flags, fd, offset); }
    void* result = call_original(original, address, size, protection, flags, fd, offset);
    if (result != MAP_FAILED) {
        record_mapping(result, size, {protection, flags, fd, offset, address == nullptr ? caller : nullptr});
    }
    return result;
}
// Only what can be used now is of interest: a reservation may have become memory.
template <typename Original>
[[gnu::cold]] int record_protect(Original original, void* address, std::size_t size, int protection) noexcept {
    if (!is_recordable()) { return original(address, size, protection); }
    const int result = call_original(original, address, size, protection);
    if (result == 0 && protection != PROT_NONE) { record_accessible(address, size); }
    return result;
}
template <typename Original>
[[gnu::cold]] int record_unmap(Original original, void* address, std::size_t size) noexcept {
    if (!is_recordable()) { return original(address, size); }
    record_deallocation(address, size, wire::Allocator::kMunmap);
    unmaps.fetch_add(1, std::memory_order_relaxed);
    const int result = call_original(original, address, size);
    if (result != 0) { record_undo(address); }
    return result;
}
template <typename Original>
[[gnu::cold]] void* record_remap(Original original, void* address, std::size_t old_size, std::size_t new_size,
                                 int flags, void* wanted) noexcept {
    if (!is_recordable()) { return original(address, old_size, new_size, flags, wanted); }
    // Size 0 duplicates a shared mapping, MREMAP_DONTUNMAP leaves the old range mapped: nothing is given back.
    const bool keeps_old = old_size == 0 || (flags & MREMAP_DONTUNMAP) != 0;
    if (!keeps_old) { record_deallocation(address, old_size, wire::Allocator::kMunmap); }
    unmaps.fetch_add(1, std::memory_order_relaxed);
    void* result = call_original(original, address, old_size, new_size, flags, wanted);
    if (result != MAP_FAILED) {
        const std::uint32_t kept = old_size == 0 ? wire::kDuplicateTrait : 0U;
        record_mapping(result, new_size, keeps_old ? kept : wire::kMovedTrait);
    } else if (!keeps_old) {
        record_undo(address);
    }
    return result;
}

template <typename... Variant>
struct MappingHooks {
    // Of a later variant it is code of our own (later_hooks.h).
    [[gnu::always_inline]] static const void* caller() {
        return sizeof...(Variant) == 0 ? __builtin_return_address(0) : nullptr;
    }
    static void* mmap(void* address, std::size_t size, int protection, int flags, int fd, long offset,
                      Variant... variant) {
        return record_map(original_of<&Originals::mmap>(variant...), address, size, protection, flags, fd, offset,
                          caller());
    }
    static void* mmap64(void* address, std::size_t size, int protection, int flags, int fd, long offset,
                        Variant... variant) {
        return record_map(original_of<&Originals::mmap64>(variant...), address, size, protection, flags, fd, offset,
                          caller());
    }
    static int mprotect(void* address, std::size_t size, int protection, Variant... variant) {
        return record_protect(original_of<&Originals::mprotect>(variant...), address, size, protection);
    }
    static int munmap(void* address, std::size_t size, Variant... variant) {
        return record_unmap(original_of<&Originals::munmap>(variant...), address, size);
    }
    static void* remap(void* address, std::size_t old_size, std::size_t new_size, int flags, void* wanted,
                       Variant... variant) {
        return record_remap(original_of<&Originals::mremap>(variant...), address, old_size, new_size, flags, wanted);
    }
    // Variadic: the fifth argument is only looked at with MREMAP_FIXED.
    static void* mremap(void* address, std::size_t old_size, std::size_t new_size, int flags, ...) {
        std::va_list arguments;
        va_start(arguments, flags);
        void* wanted = va_arg(arguments, void*);
        va_end(arguments);
        return MappingHooks<>::remap(address, old_size, new_size, flags, wanted);
    }
};

}  // namespace memray::payload
