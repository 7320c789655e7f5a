// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/session.h"

#include <new>

#include "payload/memory/address_space.h"
#include "payload/memory/unlocked.h"
#include "payload/presence.h"
#include "payload/syscalls.h"
#include "payload/thread_id.h"
#include "payload/waiting.h"
#include "payload/wire/record.h"
#include "payload/wire/slot.h"
#include "payload/wire/start_error.h"

namespace memray::payload {

namespace {

constinit OwnPage nothing_armed{};
const std::uint64_t never{0};

}  // namespace

constinit Recordings recordings{.own = &nothing_armed};

namespace {

// A controller that does not move for so long is given up. Time that was waited, not a clock, so that a process
// stopped by SIGSTOP or in a debugger does not wake up to an expired deadline.
constexpr std::int64_t kMaxStalledNs = 10'000'000'000;

bool is_place(std::uint64_t offset) noexcept {
    return offset % wire::kPageSize == 0 && offset >= wire::kRegionHeadSize;
}

bool layout_is_sane(const wire::ControlPage& control) noexcept {
    const bool power_of_two = (control.ring_words & (control.ring_words - 1)) == 0;
    const bool directory = control.native_capacity == 0 ||
                           (is_place(control.directory_offset) && control.directory_size % wire::kPageSize == 0 &&
                            control.directory_size >= wire::kTablesOffset);
    return control.ring_words >= 2 * wire::kMaxRecordWords && power_of_two && control.slot_count > 0 &&
           control.frame_capacity > 0 && is_place(control.slots_offset) && directory;
}

// Used again and again: a thread that has it in its hands while it changes sees that it is not armed before it uses
// what it holds. Only where somebody is inside the old one for long, another is made, and the old one stays.
constinit Session first_session{};
Session* last_session{&first_session};

// A forked child keeps what its parent had mapped: that is the parent's, and a hook that a signal handler has
// interrupted and forked in may still be writing there.
void forget_parent() noexcept {
    last_session->size = 0;
    last_session->pieces = nullptr;
    spinning.store(0, std::memory_order_relaxed);
}

bool open_process() noexcept {
    if (recordings.own == &nothing_armed) {
        auto* own = static_cast<OwnPage*>(map_page_wiped_on_fork(wire::kPageSize));
        if (own == nullptr) { return false; }
        recordings.own = own;
    }
    const bool is_new = recordings.own->known.load(std::memory_order_relaxed) != kKnownProcess;
    if (!open_presences(is_new)) { return false; }
    if (is_new) { forget_parent(); }
    return true;
}

}  // namespace

bool is_released() noexcept { return last_session->size == 0; }

namespace {

Session* next_session() noexcept {
    release_session();
    if (!is_released()) { return static_cast<Session*>(map_memory(sizeof(Session))); }
    return last_session;
}

// `mapped`: bytes that are to be unmapped at the end.
void describe(Session& session, wire::ControlPage& control, std::size_t mapped, MappedPieces* pieces) noexcept {
    const auto* info =
        reinterpret_cast<const wire::TargetInfo*>(reinterpret_cast<unsigned char*>(&control) + wire::kTargetInfoOffset);
    const std::uint64_t finalizing = info->addresses.finalizing;
    session = {.control = &control,
               .info = info,
               .finalizing = finalizing != 0 ? reinterpret_cast<const std::uint64_t*>(finalizing) : &never,
               .generation = ++recordings.started,
               .ring_words = control.ring_words,
               .frame_capacity = control.frame_capacity,
               .native_capacity = control.native_capacity,
               .pieces = pieces,
               .controller_lock = &control.controller_lock,
               .size = mapped};
}

constexpr int kReleaseRounds = 20;
constexpr std::int64_t kReleaseRoundNs = 100'000;

// The region's layout is fit for a recording: 0, or why not.
int check(void* region, std::size_t size) noexcept {
    auto* control = static_cast<wire::ControlPage*>(region);
    if (control == nullptr || size < wire::kRegionHeadSize) { return wire::kBadRegion; }
    if (control->magic != wire::kRegionMagic || control->version != wire::kProtocolVersion) {
        return wire::kOtherProtocol;
    }
    return layout_is_sane(*control) ? 0 : wire::kBadRegion;
}

void publish(Session& session) noexcept {
    last_session = &session;
    recordings.newest.store(&session, std::memory_order_release);
}

}  // namespace

int open_session(void* region, std::size_t size) noexcept {
    if (const int error = check(region, size)) { return error; }
    // Rings have no place in a core dump of the target; without this they would be written as anonymous memory.
    raw_syscall(SYS_madvise, address_of(region), static_cast<long>(size), MADV_DONTDUMP);
    auto* control = static_cast<wire::ControlPage*>(region);
    prepare_unlocked((control->flags & wire::kLocksMemory) != 0);
    if (!open_process()) { return wire::kNoForkDetection; }
    Session* session = next_session();
    MappedPieces* pieces = session == nullptr ? nullptr : open_pieces(*control);
    if (pieces == nullptr) { return wire::kNoMemory; }
    describe(*session, *control, size, pieces);
    count_mapped(size);
    publish(*session);
    find_thread_id();
    recordings.own->known.store(kKnownProcess, std::memory_order_release);
    return 0;
}

int open_child_session(void* region, const std::atomic<std::uint32_t>& controller_lock) noexcept {
    if (const int error = check(region, wire::kRegionHeadSize)) { return error; }
    if (!open_process()) { return wire::kNoForkDetection; }
    auto* control = static_cast<wire::ControlPage*>(region);
    MappedPieces* pieces = open_pieces(*control);
    if (pieces == nullptr) { return wire::kNoMemory; }
    Session& session = *last_session;
    describe(session, *control, 0, pieces);
    session.controller_lock = &controller_lock;
    find_thread_id();
    publish(session);
    return 0;
}

void arm(const Session& session) noexcept {
    session.control->phase.store(wire::Phase::kRecording, std::memory_order_release);
    recordings.own->armed.store(session.generation, std::memory_order_release);
}

void disarm(const Session& session) noexcept {
    std::uint32_t own = session.generation;
    recordings.own->armed.compare_exchange_strong(own, 0, std::memory_order_relaxed);
}

void end_recording(const Session& session, wire::Phase phase) noexcept {
    disarm(session);
    wire::end_phase(session.control->phase, phase);
}

void release_session() noexcept {
    if (is_released()) { return; }
    const std::atomic<std::uint32_t> nothing{0};
    for (int round = 0; anybody_present(); ++round) {
        if (round == kReleaseRounds) { return; }
        wait_while(nothing, 0, kReleaseRoundNs);
    }
    wire::end_phase(last_session->control->phase, wire::Phase::kStopped);
    close_pieces(last_session->pieces);
    unmap(last_session->control, last_session->size);
    last_session->pieces = nullptr;
    last_session->size = 0;
}

bool controller_died(const Session& session) noexcept {
    return (session.controller_lock->load(std::memory_order_relaxed) & FUTEX_OWNER_DIED) != 0;
}

bool controller_is_alive(const Session& session, StallCounter& stalls) noexcept {
    if (controller_died(session)) { return false; }
    const std::uint64_t heartbeat = session.control->heartbeat.load(std::memory_order_relaxed);
    if (heartbeat != stalls.heartbeat) { stalls = {heartbeat, 0}; }
    return stalls.waited_ns < kMaxStalledNs;
}

}  // namespace memray::payload
