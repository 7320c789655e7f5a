// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/presence.h"

#include <cerrno>

#include "payload/memory/unlocked.h"
#include "payload/syscalls.h"
#include "payload/thread_id.h"

namespace memray::payload {

namespace {
constexpr std::uint32_t kCapacity = 4096;
}

struct PresenceTable {
    std::atomic<std::uint32_t> next;      // where a free one was found last, and on from there
    std::atomic<std::uint32_t> refusals;  // still to come without another look: every owner was alive
    Presence presences[kCapacity];
};

constinit PresenceTable* presence_table = nullptr;
constinit std::atomic<std::uint32_t> present_without_presence{0};

namespace {

constexpr std::uint32_t kRefusals = 100'000;

constexpr long kGlobalBarrier = 1;          // MEMBARRIER_CMD_GLOBAL
constexpr long kPrivateBarrier = 1L << 3;   // MEMBARRIER_CMD_PRIVATE_EXPEDITED
constexpr long kRegisterBarrier = 1L << 4;  // MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED

// Every running thread passes a full barrier: afterwards its presence can be seen, or it sees what was stored before.
bool cross_barrier() noexcept {
    if (raw_syscall(SYS_membarrier, kPrivateBarrier) == 0) { return true; }
    // The first time. Only now, as the kernel takes many milliseconds for it if there are several threads, which would
    // make attaching slow.
    raw_syscall(SYS_membarrier, kRegisterBarrier);
    return raw_syscall(SYS_membarrier, kPrivateBarrier) == 0 || raw_syscall(SYS_membarrier, kGlobalBarrier) == 0;
}

bool is_dead(std::uint32_t thread) noexcept {
    return raw_syscall(SYS_tgkill, raw_syscall(SYS_getpid), static_cast<long>(thread), 0) == -ESRCH;
}

Presence* claim_free(std::uint32_t thread) noexcept {
    PresenceTable& table = *presence_table;
    const std::uint32_t first = table.next.load(std::memory_order_relaxed);
    for (std::uint32_t i = 0; i < kCapacity; ++i) {
        const std::uint32_t index = (first + i) % kCapacity;
        Presence& presence = table.presences[index];
        std::uint32_t nobody = 0;
        if (presence.owner.load(std::memory_order_relaxed) != 0) { continue; }
        if (!presence.owner.compare_exchange_strong(nobody, thread, std::memory_order_acquire)) { continue; }
        table.next.store(index + 1, std::memory_order_relaxed);
        return &presence;
    }
    return nullptr;
}

void bury_dead() noexcept {
    for (Presence& presence : presence_table->presences) {
        std::uint32_t owner = presence.owner.load(std::memory_order_relaxed);
        if (owner == 0 || !is_dead(owner)) { continue; }
        presence.depth.store(0, std::memory_order_relaxed);
        presence.owner.compare_exchange_strong(owner, 0, std::memory_order_release);
    }
}

}  // namespace

bool open_presences(bool is_new_process) noexcept {
    if (presence_table != nullptr && !is_new_process) { return true; }
    auto* table = static_cast<PresenceTable*>(map_unlocked(sizeof(PresenceTable)));
    if (table == nullptr) { return false; }
    presence_table = table;
    present_without_presence.store(0, std::memory_order_relaxed);
    return true;
}

Presence* claim_presence() noexcept {
    std::atomic<std::uint32_t>& refusals = presence_table->refusals;
    if (const std::uint32_t left = refusals.load(std::memory_order_relaxed); left > 0) {
        refusals.store(left - 1, std::memory_order_relaxed);
        return nullptr;
    }
    const std::uint32_t thread = own_tid();
    if (Presence* presence = claim_free(thread)) { return presence; }
    bury_dead();
    Presence* presence = claim_free(thread);
    if (presence == nullptr) { refusals.store(kRefusals, std::memory_order_relaxed); }
    return presence;
}

bool anybody_present() noexcept {
    if (!cross_barrier() || present_without_presence.load(std::memory_order_acquire) != 0) { return true; }
    for (const Presence& presence : presence_table->presences) {
        const std::uint32_t owner = presence.owner.load(std::memory_order_relaxed);
        if (owner == 0) { continue; }
        if (presence.depth.load(std::memory_order_acquire) != 0 && !is_dead(owner)) { return true; }
    }
    return false;
}

}  // namespace memray::payload
