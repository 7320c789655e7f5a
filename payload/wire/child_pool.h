// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Room for the recordings of forked children. Its beginning is mapped in the first process and inherited by all that
// come of it: a child needs no descriptor to get memory of its own.
//
//   pool ─┬─ ChildPool     one page: identity, sizes, what wakes the recorder
//         ├─ TargetInfo    one page: of the first process, as in its region; children have the same Python
//         ├─ ChildPlace[]  who has which region
//         ├─ heads         control page and target info of each region, one per child at a time
//         └─ bodies        all else of each region: not mapped but by the child that has it
//
// The controller prepares some regions ahead (kFree). A child claims one, says who it is, and waits until the recorder
// of the children has accepted it; so that knows of the child while it surely lives. When the child has ended and all
// is read, the memory is given back (kBare) and prepared again when it is needed.
//
// A thread that is about to execute another program, or to have that done by a function of the C library, asks the
// recorder first (ExecRequest), which traces it until that is done or has failed.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "payload/wire/control.h"

namespace memray::wire {

inline constexpr std::uint64_t kPoolMagic = 0x31'4c'4f'4f'50'52'4dULL;  // "MRPOOL1"

// What a process says of itself when it wants something. Numbers mean something only in its own PID namespace, and
// whoever has the pool mapped may write anything: for the recorder this is a hint.
struct Caller {
    std::uint32_t process{0};
    std::uint32_t thread{0};
    std::uint32_t pid_namespace{0};  // inode of /proc/self/ns/pid (namespaces(7)), 0 if that cannot be seen
    std::uint32_t ticket{0};         // of what it wants: no other caller has the same
};

enum class ExecState : std::uint32_t {
    kFree = 0,
    kClaiming = 1,
    kAsked = 2,      // futex of the thread
    kTraced = 3,     // it may go on
    kReleasing = 4,  // it goes on without having executed anything; futex of the thread, free when it is let go
};

struct ExecRequest {
    std::atomic<ExecState> state{ExecState::kFree};
    Caller caller{};
};
inline constexpr std::size_t kExecRequests = 64;

struct alignas(kPageSize) ChildPool {
    // Set by the controller before the start, constant afterwards.
    std::uint64_t magic{kPoolMagic};
    std::uint32_t version{kProtocolVersion};
    std::uint32_t place_count{0};
    std::uint64_t places_offset{0};  // of ChildPlace 0
    std::uint64_t heads_offset{0};   // of the head of place 0's region, whole pages
    std::uint32_t follow_exec{0};    // whether ExecRequests are answered
    // Of the recorder, for those of its PID namespace who have to permit it to trace them; 0: not yet there.
    std::uint32_t recorder{0};
    std::uint32_t recorder_namespace{0};  // as in Caller

    alignas(64) std::atomic<std::uint32_t> claims{0};      // futex of the recorder: bumped with every claim
    std::atomic<std::uint32_t> waiting{0};                 // children that found no free region
    alignas(64) std::atomic<std::uint32_t> prepared{0};    // futex of those: bumped when regions become free
    alignas(64) std::atomic<std::uint32_t> unrecorded{0};  // children that gave up
    alignas(64) std::atomic<std::uint32_t> answers{0};     // of the recorder, to anybody: others get theirs
    std::atomic<std::uint32_t> tickets{0};                 // given out
    alignas(64) std::array<ExecRequest, kExecRequests> exec_requests{};
};
static_assert(sizeof(ChildPool) == kPageSize);

enum class PlaceState : std::uint32_t {
    kBare = 0,      // the region is empty memory
    kFree = 1,      // the region is laid out
    kClaiming = 2,  // a child is about to say who it is
    kClaimed = 3,
    kAccepted = 4,  // futex of the child: it may record
    kRefused = 5,   // it may not
};

struct ChildPlace {
    std::atomic<PlaceState> state{PlaceState::kBare};
    Caller caller{};
};
static_assert(sizeof(ChildPlace) == 20);

inline constexpr std::size_t kPoolInfoOffset = sizeof(ChildPool);
inline constexpr std::size_t kPlacesOffset = kPoolInfoOffset + sizeof(TargetInfo);

inline ChildPlace* place_at(ChildPool& pool, std::uint32_t index) noexcept {
    return reinterpret_cast<ChildPlace*>(reinterpret_cast<unsigned char*>(&pool) + pool.places_offset) + index;
}
inline void* child_region(ChildPool& pool, std::uint32_t index) noexcept {
    return reinterpret_cast<unsigned char*>(&pool) + pool.heads_offset + kRegionHeadSize * index;
}

}  // namespace memray::wire
