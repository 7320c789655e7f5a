// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/memory/address_space.h"

#include "payload/memory/unlocked.h"
#include "payload/syscalls.h"

namespace memray::payload {
namespace {

// The library itself and its tables of fixed size.
constexpr std::uint64_t kAlwaysMapped = std::uint64_t{1} << 20U;
// Address space that is taken for a moment to get further in the file, where that is limited.
constexpr std::uint64_t kStep = std::uint64_t{8} << 20U;

// In this process: a forked child begins with what it has inherited.
constinit std::atomic<std::uint64_t> mapped{kAlwaysMapped};

bool take(const wire::ControlPage& control, std::uint64_t size) noexcept {
    const std::uint64_t allowed = control.address_space.load(std::memory_order_relaxed);
    if (mapped.fetch_add(size, std::memory_order_relaxed) + size <= allowed) { return true; }
    count_unmapped(size);
    return false;
}

void unmap_uncounted(void* memory, std::uint64_t size) noexcept {
    raw_syscall(SYS_munmap, address_of(memory), static_cast<long>(size));
}

unsigned char* map_again(void* page, std::uint64_t size) noexcept {
    const long memory = raw_syscall(SYS_mremap, address_of(page), 0, static_cast<long>(size), MREMAP_MAYMOVE);
    return memory < 0 && memory > -4096 ? nullptr : reinterpret_cast<unsigned char*>(memory);
}

// Ends with a page of the file that is less than `step` before the wanted place; nullptr on failure.
void* approach(void* page, std::uint64_t& distance, std::uint64_t step) noexcept {
    void* from = page;
    for (; distance > step; distance -= step) {
        unsigned char* next = map_again(from, step + wire::kPageSize);
        if (from != page) { unmap_uncounted(from, wire::kPageSize); }
        if (next == nullptr) { return nullptr; }
        unmap_uncounted(next, step);
        from = next + step;
    }
    return from;
}

void* map_behind_uncounted(void* page, std::uint64_t distance, std::uint64_t size, std::uint64_t step) noexcept {
    void* from = approach(page, distance, step);
    if (from == nullptr) { return nullptr; }
    const std::uint64_t before = wire::kPageSize + distance;
    unsigned char* piece = map_again(from, before + size);
    if (from != page) { unmap_uncounted(from, wire::kPageSize); }
    if (piece == nullptr) { return nullptr; }
    unmap_uncounted(piece, before);
    return piece + before;
}

}  // namespace

void* map_private(const wire::ControlPage& control, std::uint64_t size) noexcept {
    if (!take(control, size)) { return nullptr; }
    void* memory = map_unlocked(size);
    if (memory == nullptr) { count_unmapped(size); }
    return memory;
}

void* grow_private(const wire::ControlPage& control, void* memory, std::uint64_t size,
                   std::uint64_t new_size) noexcept {
    if (!take(control, new_size - size)) { return nullptr; }
    void* grown = grow_unlocked(memory, size, new_size);
    if (grown == nullptr) { count_unmapped(new_size - size); }
    return grown;
}

void* map_behind(const wire::ControlPage& control, void* page, std::uint64_t distance, std::uint64_t size) noexcept {
    if (!take(control, size)) { return nullptr; }
    const bool limited = control.address_space.load(std::memory_order_relaxed) != wire::kNoLimit;
    void* memory = limited ? nullptr : map_behind_uncounted(page, distance, size, wire::kNoLimit);
    // The limit may be new.
    if (memory == nullptr) { memory = map_behind_uncounted(page, distance, size, kStep); }
    if (memory == nullptr) { count_unmapped(size); }
    return memory;
}

void unmap(void* memory, std::uint64_t size) noexcept {
    if (memory == nullptr) { return; }
    unmap_uncounted(memory, size);
    count_unmapped(size);
}

void count_mapped(std::uint64_t size) noexcept { mapped.fetch_add(size, std::memory_order_relaxed); }
void count_unmapped(std::uint64_t size) noexcept { mapped.fetch_sub(size, std::memory_order_relaxed); }

}  // namespace memray::payload
