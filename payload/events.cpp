// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/events.h"

#include "payload/got/rescan.h"
#include "payload/python_life.h"
#include "payload/stack/native_stack.h"
#include "payload/stack/python_stack.h"
#include "payload/thread.h"

namespace memray::payload {
namespace {

using wire::Allocator;
using wire::RecordKind;

constexpr std::size_t kEventWords = 3;

[[gnu::always_inline]] inline void write_event(const Session& session, wire::Slot& slot, std::uint64_t header,
                                               const void* address) noexcept {
    wire::RingWriter writer(slot, session.ring_words);
    if (!writer.reserve(kEventWords, wait_for_room)) { return; }
    // Sequentially consistent with the allocator's own synchronisation: the number is taken between the real calls.
    const std::uint64_t number = session.control->next_sequence.fetch_add(1, std::memory_order_acq_rel);
    writer.put_record(header, reinterpret_cast<std::uint64_t>(address), number);
    writer.commit();
}

// That Python ended or began, before the event that shows it.
[[gnu::noinline]] void tell_of_python(RecordKind kind) noexcept {
    wire::Slot* slot = current_slot();
    if (slot == nullptr) { return end_recording(own_session(), wire::Phase::kStopped); }
    write_event(own_session(), *slot, wire::header_word(kind, Allocator::kNone, 0), nullptr);
}

// Whether to record the event, where Python is not simply alive.
[[gnu::cold, gnu::noinline]] bool begin_without_python() noexcept {
    if (const RecordKind news = follow_python(); news != kNoRecord) { tell_of_python(news); }
    const auto phase = own_session().control->phase.load(std::memory_order_relaxed);
    if (wire::is_recorded(phase)) { return true; }
    // Idle: it is just being started, by another thread.
    if (phase != wire::Phase::kIdle) { end_recording(own_session(), wire::Phase::kStopped); }
    return false;
}

[[gnu::cold, gnu::noinline]] wire::Slot* begin_without_slot() noexcept {
    wire::Slot* slot = claim_slot();
    if (slot == nullptr) { own_session().control->losses.no_slot.fetch_add(1, std::memory_order_relaxed); }
    return slot;
}

// The slot to write to; nullptr if this event is not to be recorded.
[[gnu::always_inline]] inline wire::Slot* begin_event(const Session& session) noexcept {
    if (!python_is_alive(session) && !begin_without_python()) [[unlikely]] { return nullptr; }
    wire::Slot* slot = this_thread.slot;
    return slot != nullptr ? slot : begin_without_slot();
}

}  // namespace

void record_event(std::uint64_t header, const void* address) noexcept {
    const RecordingScope scope;
    if (!scope) { return; }
    const Session& session = own_session();
    wire::Slot* slot = begin_event(session);
    if (slot != nullptr) { write_event(session, *slot, header, address); }
}

void record_event_with_stacks(std::uint64_t header, std::size_t size, const void* address) noexcept {
    const RecordingScope scope;
    if (!scope) { return; }
    leave_loader();
    const Session& session = own_session();
    wire::Slot* slot = begin_event(session);
    if (slot == nullptr || !sync_python_stack(session, *slot)) { return; }
    if (session.native_capacity != 0 && !sync_native_stack(*slot)) { return; }
    write_event(session, *slot, wire::with_value(header, wire::clamped_value(size)), address);
}

void record_code_death(std::uint32_t id, std::uint32_t generation) noexcept {
    const RecordingScope scope;
    if (!scope) { return; }
    own_session().control->code_deaths.fetch_add(1, std::memory_order_release);
    if (id == 0 || generation != own_session().generation) { return; }
    record_event(wire::header_word(RecordKind::kCodeDeath, Allocator::kNone, id), nullptr);
}

void record_mapped_file(std::uint64_t device, std::uint64_t inode, std::uint64_t offset) noexcept {
    const RecordingScope scope;
    if (!scope) { return; }
    wire::Slot* slot = begin_event(own_session());
    if (slot == nullptr) { return; }
    wire::RingWriter writer = writer_of(*slot);
    if (!writer.reserve(kEventWords, wait_for_room)) { return; }
    const std::uint64_t header =
        wire::header_word(RecordKind::kMappedFile, Allocator::kNone, wire::clamped_value(device));
    writer.put_record(header, inode, offset);
    writer.commit();
}

void record_thread_name(const char* name) noexcept {
    constexpr std::uint32_t kLongestName = 15;  // bytes, prctl(2) PR_SET_NAME
    const RecordingScope scope;
    if (!scope) { return; }
    wire::Slot* slot = begin_event(own_session());
    if (slot == nullptr) { return; }
    std::uint64_t words[2] = {0, 0};
    std::uint32_t size = 0;
    for (; size < kLongestName && name[size] != '\0'; ++size) {
        words[size / 8] |= static_cast<std::uint64_t>(static_cast<unsigned char>(name[size])) << (8U * (size % 8));
    }
    wire::RingWriter writer = writer_of(*slot);
    if (!writer.reserve(4, wait_for_room)) { return; }
    if (size > 0) { writer.put(wire::header_word(RecordKind::kBytes, Allocator::kNone, size)); }
    for (std::uint32_t i = 0; i < (size + 7) / 8; ++i) { writer.put(words[i]); }
    writer.put(wire::header_word(RecordKind::kThreadName, Allocator::kNone, 0));
    writer.commit();
}

}  // namespace memray::payload
