// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/memory/unlocked.h"

#include <array>
#include <atomic>

#include "payload/syscalls.h"
#include "payload/wire/control.h"

// The linker's: this library from its first byte to its last.
extern "C" {
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
[[gnu::visibility("hidden")]] extern const unsigned char __ehdr_start;
[[gnu::visibility("hidden")]] extern const unsigned char _end;
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
}

namespace memray::payload {
namespace {

using wire::kPageSize;

// Pages to grow from. Who uses one takes it away for that long. So a few threads can do so at once without waiting for
// each other, and a signal handler that never returns costs one.
constinit std::array<std::atomic<unsigned char*>, 8> seeds{};

struct Seed {
    std::atomic<unsigned char*>* place;
    unsigned char* page;  // nullptr: there is none
};

Seed take_seed() noexcept {
    for (auto& place : seeds) {
        if (unsigned char* page = place.exchange(nullptr, std::memory_order_acquire)) { return {&place, page}; }
    }
    return {nullptr, nullptr};
}

void unlock(const unsigned char* memory, std::uint64_t size) noexcept {
    raw_syscall(SYS_munlock, address_of(memory), static_cast<long>(size));
}

}  // namespace

void prepare_unlocked(bool locks_already) noexcept {
    if (locks_already) { unlock(&__ehdr_start, static_cast<std::uint64_t>(&_end - &__ehdr_start)); }
    for (auto& place : seeds) {
        unsigned char* page = place.exchange(nullptr, std::memory_order_acquire);
        if (page == nullptr) { page = static_cast<unsigned char*>(map_memory(kPageSize)); }
        if (page == nullptr) { return; }
        if (locks_already) { unlock(page, kPageSize); }
        place.store(page, std::memory_order_release);
    }
}

void* map_unlocked(std::uint64_t size) noexcept {
    const Seed seed = take_seed();
    if (seed.page == nullptr) { return map_memory(size); }
    auto* grown = static_cast<unsigned char*>(grow_unlocked(seed.page, kPageSize, kPageSize + size));
    seed.place->store(grown == nullptr ? seed.page : grown, std::memory_order_release);
    return grown == nullptr ? nullptr : grown + kPageSize;
}

void* grow_unlocked(void* memory, std::uint64_t size, std::uint64_t new_size) noexcept {
    const long grown = raw_syscall(SYS_mremap, address_of(memory), static_cast<long>(size), static_cast<long>(new_size),
                                   MREMAP_MAYMOVE);
    return grown < 0 && grown > -4096 ? nullptr : reinterpret_cast<void*>(grown);
}

}  // namespace memray::payload
