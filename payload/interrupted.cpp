// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/interrupted.h"

#include <csignal>

#include "payload/syscalls.h"
#include "payload/thread.h"

namespace memray::payload {
namespace {

// The first `kept` bytes stay as they are. If the kernel has no memory for that, all of it stays shared.
void make_private(void* memory, std::uint64_t size, std::uint64_t kept) noexcept {
    if (memory == nullptr) { return; }
    auto* copy = static_cast<std::uint64_t*>(map_memory(size));
    if (copy == nullptr) { return; }
    const auto* shared = static_cast<const std::uint64_t*>(memory);
    for (std::uint64_t i = 0; i < kept / sizeof *copy; ++i) { copy[i] = __atomic_load_n(&shared[i], __ATOMIC_RELAXED); }
    const auto bytes = static_cast<long>(size);
    raw_syscall(SYS_mremap, address_of(copy), bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, address_of(memory));
}

constexpr std::uint64_t only(int signal) noexcept { return std::uint64_t{1} << static_cast<unsigned>(signal - 1); }
// The kernel ends a process that has one of these blocked when it comes.
constexpr std::uint64_t kForced =
    only(SIGSEGV) | only(SIGBUS) | only(SIGILL) | only(SIGFPE) | only(SIGTRAP) | only(SIGSYS);

void set_mask(const std::uint64_t& mask, std::uint64_t* before) noexcept {
    raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, address_of(&mask), address_of(before), sizeof mask);
}

}  // namespace

void leave_recording_to_parent() noexcept {
    if (this_thread.activity != Activity::kRecording) { return; }
    // None yet, or one that has ended, before it is known to be armed: then it is not touched either.
    const Session* session = this_thread.session;
    if (session == nullptr || session->pieces == nullptr) { return; }
    MappedPieces& pieces = *session->pieces;
    make_private(session->control, wire::kRegionHeadSize, wire::kRegionHeadSize);
    make_private(pieces.directory, wire::kTablesOffset, wire::kTablesOffset);
    for (std::uint32_t index = 0; index < pieces.slot_count; ++index) {
        wire::Slot* slot = pieces.entry(index).slot.load(std::memory_order_relaxed);
        if (slot == nullptr) { return; }
        make_private(slot, pieces.slot_size, sizeof(wire::Slot));
    }
}

HandlersHeld::HandlersHeld() noexcept {
    const std::uint64_t all = ~kForced;
    set_mask(all, &before_);
}
HandlersHeld::~HandlersHeld() { set_mask(before_, nullptr); }

}  // namespace memray::payload
