// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/children.h"

#include "payload/memory/address_space.h"
#include "payload/recorder_wait.h"
#include "payload/stack/code_record.h"
#include "payload/stack/python_stack.h"
#include "payload/syscalls.h"
#include "payload/thread.h"

namespace memray::payload {

constinit Children children;

namespace {

using wire::ChildPlace;
using wire::PlaceState;

constexpr std::int64_t kLookNs = 50'000'000;

ChildPlace* try_claim_place(std::uint32_t& index) noexcept {
    wire::ChildPool& pool = *children.pool;
    for (index = 0; index < pool.place_count; ++index) {
        ChildPlace* place = wire::place_at(pool, index);
        auto free = PlaceState::kFree;
        if (place->state.load(std::memory_order_relaxed) != PlaceState::kFree) { continue; }
        // Acquire: the region was laid out before.
        if (place->state.compare_exchange_strong(free, PlaceState::kClaiming, std::memory_order_acquire)) {
            return place;
        }
    }
    return nullptr;
}

ChildPlace* claim_place(std::uint32_t& index) noexcept {
    ChildPlace* place = try_claim_place(index);
    if (place != nullptr) { return place; }
    wire::ChildPool& pool = *children.pool;
    pool.waiting.fetch_add(1, std::memory_order_acq_rel);
    for (RecorderWait patience; place == nullptr && patience.goes_on();) {
        const std::uint32_t prepared = pool.prepared.load(std::memory_order_acquire);
        place = try_claim_place(index);
        if (place != nullptr) { break; }
        wake_recorder();
        patience.wait(pool.prepared, prepared);
    }
    pool.waiting.fetch_sub(1, std::memory_order_acq_rel);
    return place;
}

bool await_acceptance(ChildPlace& place) noexcept {
    const wire::Caller caller = this_caller(*children.pool);
    place.caller = caller;
    place.state.store(PlaceState::kClaimed, std::memory_order_release);
    wake_recorder();
    for (RecorderWait patience; patience.goes_on();) {
        const PlaceState state = place.state.load(std::memory_order_acquire);
        // A place that was refused may have gone to somebody else.
        if (state != PlaceState::kClaimed) {
            return state == PlaceState::kAccepted && place.caller.ticket == caller.ticket;
        }
        patience.wait(place.state, PlaceState::kClaimed);
    }
    auto claimed = PlaceState::kClaimed;
    return !place.state.compare_exchange_strong(claimed, PlaceState::kRefused) && claimed == PlaceState::kAccepted;
}

bool join() noexcept {
    wire::ChildPool& pool = *children.pool;
    const auto* info =
        reinterpret_cast<const wire::TargetInfo*>(reinterpret_cast<unsigned char*>(&pool) + wire::kPoolInfoOffset);
    if (is_finalizing(*info)) { return false; }
    std::uint32_t index = 0;
    ChildPlace* place = claim_place(index);
    const bool accepted = place != nullptr && await_acceptance(*place);
    if (!accepted) { pool.unrecorded.fetch_add(1, std::memory_order_relaxed); }
    if (!accepted || open_child_session(wire::child_region(pool, index), *children.lock) != 0) { return false; }
    forget_code_ids();
    arm(*newest_session());
    return true;
}

}  // namespace

void follow_children(const wire::ControlPage& control) noexcept {
    auto* pool = reinterpret_cast<wire::ChildPool*>(control.child_pool);
    if (pool == nullptr) { return; }
    const std::uint64_t end = pool->heads_offset + std::uint64_t{pool->place_count} * wire::kRegionHeadSize;
    const bool sane = pool->magic == wire::kPoolMagic && pool->version == wire::kProtocolVersion &&
                      pool->places_offset == wire::kPlacesOffset && end <= control.child_pool_size;
    if (!sane) { return; }
    raw_syscall(SYS_madvise, address_of(pool), static_cast<long>(control.child_pool_size), MADV_DONTDUMP);
    count_mapped(control.child_pool_size);
    children = {pool, control.child_pool_size, &control.children_lock};
}

void leave_children() noexcept {
    wire::ChildPool* pool = children.pool;
    if (pool == nullptr) { return; }
    children.pool = nullptr;
    // A child records into the pool itself, and a thread of it may be about to.
    const Session* session = newest_session();
    if (session != nullptr && session->controller_lock == children.lock) { return; }
    unmap(pool, children.pool_size);
}

bool join_as_child() noexcept {
    // A signal handler that interrupted a hook, and forked.
    if (this_thread.activity != Activity::kNone) { return false; }
    std::atomic<std::uint32_t>& known = recordings.own->known;
    std::uint32_t is_new = kNewProcess;
    if (!known.compare_exchange_strong(is_new, kBeingLookedAt, std::memory_order_acq_rel)) {
        while (known.load(std::memory_order_acquire) == kBeingLookedAt) { futex_wait(known, kBeingLookedAt, kLookNs); }
        return is_armed();
    }
    const ActivityScope scope(Activity::kInOriginal);
    const bool joined = join();
    known.store(kKnownProcess, std::memory_order_release);
    futex_wake_all(known);
    return joined;
}

}  // namespace memray::payload
