// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/session.h"

#include <new>

#include "payload/syscalls.h"
#include "payload/wire/record.h"
#include "payload/wire/slot.h"
#include "payload/wire/start_error.h"

namespace memray::payload {

constinit Recordings recordings;

namespace {

// A wait round is 50 ms: a controller that does not move for 10 s is given up. Rounds, not a clock, so that a process
// stopped by SIGSTOP or in a debugger does not wake up to an expired deadline.
constexpr std::uint32_t kMaxStalledRounds = 200;

bool layout_is_sane(const wire::ControlPage& control, std::size_t size) noexcept {
    const std::uint64_t stride = wire::slot_stride(control.frame_capacity, control.ring_words);
    const bool power_of_two = (control.ring_words & (control.ring_words - 1)) == 0;
    return control.ring_words >= 2 * wire::kMaxRecordWords && power_of_two && control.slot_count > 0 &&
           control.slot_stride == stride && control.slots_offset == wire::kFirstSlotOffset &&
           control.slots_offset + stride * control.slot_count <= size;
}

// In the control page, which stays mapped as long as the process lives.
const Session* describe(wire::ControlPage& control) noexcept {
    static_assert(sizeof(Session) <= sizeof control.payload_notes);
    auto* info = reinterpret_cast<unsigned char*>(&control) + wire::kTargetInfoOffset;
    return new (control.payload_notes) Session{&control,
                                               reinterpret_cast<const wire::TargetInfo*>(info),
                                               ++recordings.started,
                                               control.slot_count,
                                               control.ring_words,
                                               control.frame_capacity};
}

}  // namespace

int open_session(void* region, std::size_t size) noexcept {
    auto* control = static_cast<wire::ControlPage*>(region);
    if (control == nullptr || size < wire::kFirstSlotOffset) { return wire::kBadRegion; }
    if (control->magic != wire::kRegionMagic || control->version != wire::kProtocolVersion) {
        return wire::kOtherProtocol;
    }
    if (!layout_is_sane(*control, size)) { return wire::kBadRegion; }
    if (recordings.armed == nullptr) {
        recordings.armed = static_cast<std::atomic<std::uint32_t>*>(map_page_wiped_on_fork(wire::kPageSize));
        if (recordings.armed == nullptr) { return wire::kNoForkDetection; }
    }
    // Rings have no place in a core dump of the target; without this they would be written as anonymous memory.
    raw_syscall(SYS_madvise, address_of(region), static_cast<long>(size), MADV_DONTDUMP);
    recordings.newest.store(describe(*control), std::memory_order_release);
    return 0;
}

void arm(const Session& session) noexcept {
    session.control->phase.store(wire::Phase::kRecording, std::memory_order_release);
    recordings.armed->store(session.generation, std::memory_order_release);
}

void disarm(const Session& session, wire::Phase phase) noexcept {
    std::uint32_t own = session.generation;
    recordings.armed->compare_exchange_strong(own, 0, std::memory_order_relaxed);
    auto recording = wire::Phase::kRecording;
    session.control->phase.compare_exchange_strong(recording, phase, std::memory_order_acq_rel);
}

bool controller_died(const Session& session) noexcept {
    return (session.control->controller_lock.load(std::memory_order_relaxed) & FUTEX_OWNER_DIED) != 0;
}

bool controller_is_alive(const Session& session, StallCounter& stalls) noexcept {
    if (controller_died(session)) { return false; }
    const std::uint64_t heartbeat = session.control->heartbeat.load(std::memory_order_relaxed);
    if (heartbeat != stalls.heartbeat) { stalls = {heartbeat, 0}; }
    return ++stalls.rounds < kMaxStalledRounds;
}

void wake_controller(const Session& session) noexcept {
    wire::ControlPage& control = *session.control;
    if (control.controller_sleeping.load(std::memory_order_relaxed) == 0) { return; }
    if (control.controller_sleeping.exchange(0, std::memory_order_acq_rel) == 0) { return; }
    control.wakeup.fetch_add(1, std::memory_order_release);
    futex_wake(control.wakeup);
}

}  // namespace memray::payload
