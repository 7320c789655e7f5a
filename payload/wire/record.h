// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The records of a ring: sequences of 64-bit words, the first of which says what follows.
//
//   word 0:  bits 0-7 RecordKind · bits 8-15 Allocator · bits 16-63 value
//
// Records of one thread describe a small machine per ring, which the reader keeps: the thread's current Python stack
// (kFrames changes it) and a pending blob of bytes (kBytes appends to it, kCode and kThreadName consume it). Records
// are at most kMaxRecordWords long, so they fit into the smallest ring allowed.
#pragma once

#include <cstddef>
#include <cstdint>

namespace memray::wire {

enum class RecordKind : std::uint8_t {
    kAllocation = 1,        // value: bytes · word 1: address · word 2: sequence
    kDeallocation = 2,      // value: bytes (munmap; else 0) · word 1: address · word 2: sequence
    kUndoDeallocation = 3,  // the thread's latest kDeallocation did not happen (realloc, mremap or munmap failed);
                            // word 1: address · word 2: sequence
    kFrames = 4,        // value: pops (24 bits) | pushes << 24 · one word per push, outermost first (see frame_word)
    kBytes = 5,         // value: bytes, at most kMaxBytes · ceil(bytes / 8) words
    kCode = 6,          // value: code id · word 1: first line | file name bytes << 32
                        // word 2: name bytes | line table bytes << 32
                        // word 3: file name character width (1 ascii/latin-1, 2, 4) | name character width << 8
                        // blob: file name, name, line table
    kThreadName = 7,    // value: character width as in kCode, of a name that Python gave; or 0: bytes as set by
                        // prctl(PR_SET_NAME) or pthread_setname_np · blob: the name
    kFinish = 8,        // word 1: 0 · word 2: sequence. Python is torn down: later events count only after a kRestart
    kNativeFrames = 9,  // like kFrames, for the native stack; each push is a native_word
    kCodeDeath = 10,    // value: code id · word 1: 0 · word 2: sequence. The code object has died: no event from this
                        // number on has it on its stack.
    kRestart = 11,      // word 1: 0 · word 2: sequence. Python is initialized again: all events count
    kAccessible = 12,   // value: bytes · word 1: address · word 2: sequence. mprotect: that range can be used now
    kMappedFile = 13,   // value: device (stat(2)) · word 1: inode · word 2: offset. What the next allocation of the
                        // thread maps, if that has the traits of a file that is shared
};

// Whether word 2 is a number of the one order that all threads share.
constexpr bool is_numbered(RecordKind kind) noexcept {
    return kind <= RecordKind::kUndoDeallocation || kind == RecordKind::kFinish || kind == RecordKind::kCodeDeath ||
           kind == RecordKind::kRestart || kind == RecordKind::kAccessible;
}

// The allocator ids of memray's reports and files.
enum class Allocator : std::uint8_t {
    kNone = 0,
    kPymallocFree = 1,
    kPymallocMalloc = 2,
    kPymallocCalloc = 3,
    kPymallocRealloc = 4,
    kFree = 5,
    kMalloc = 6,
    kRealloc = 7,
    kCalloc = 8,
    kPosixMemalign = 9,
    kAlignedAlloc = 10,
    kMemalign = 11,
    kValloc = 12,
    kPvalloc = 13,
    kMmap = 14,
    kMunmap = 15,
};
inline constexpr std::uint8_t kAllocatorCount = 16;

// Of an allocation by kMmap: what was asked for, in the bits of word 1 above the address, which has 48 at most.
inline constexpr unsigned kAddressBits = 48;
enum MappingTrait : std::uint32_t {
    kInaccessibleTrait = 1U << 0U,  // PROT_NONE
    kSharedTrait = 1U << 1U,        // MAP_SHARED, MAP_SHARED_VALIDATE
    kFileTrait = 1U << 2U,          // neither MAP_ANONYMOUS nor, shared, /dev/zero
    kUnreservedTrait = 1U << 3U,    // MAP_NORESERVE
    kStackTrait = 1U << 4U,         // MAP_STACK, MAP_GROWSDOWN
    kInterpreterTrait = 1U << 5U,   // Python itself asked, for private memory anywhere, to read and to write
    kMovedTrait = 1U << 6U,         // mremap: it is what the thread's latest deallocation was
    kDuplicateTrait = 1U << 7U,     // mremap: it is what another mapping is, which stays
};
constexpr std::uint64_t mapping_word(std::uint64_t address, std::uint32_t traits) noexcept {
    return address | (std::uint64_t{traits} << kAddressBits);
}
constexpr std::uint64_t mapping_address(std::uint64_t word) noexcept {
    return word & ((std::uint64_t{1} << kAddressBits) - 1);
}
constexpr std::uint32_t mapping_traits(std::uint64_t word) noexcept {
    return static_cast<std::uint32_t>(word >> kAddressBits);
}

inline constexpr std::size_t kMaxPushes = 60;
inline constexpr std::size_t kMaxBytes = 480;
inline constexpr std::size_t kMaxRecordWords = 64;
inline constexpr std::uint64_t kMaxValue = (1ULL << 48U) - 1;
constexpr std::uint64_t clamped_value(std::uint64_t value) noexcept { return value < kMaxValue ? value : kMaxValue; }

constexpr std::uint64_t header_word(RecordKind kind, Allocator allocator, std::uint64_t value) noexcept {
    return static_cast<std::uint64_t>(kind) | (static_cast<std::uint64_t>(allocator) << 8U) | (value << 16U);
}
constexpr std::uint64_t with_value(std::uint64_t header, std::uint64_t value) noexcept {
    return header | (value << 16U);
}
constexpr RecordKind kind_of(std::uint64_t header) noexcept { return static_cast<RecordKind>(header & 0xffU); }
constexpr Allocator allocator_of(std::uint64_t header) noexcept {
    return static_cast<Allocator>((header >> 8U) & 0xffU);
}
constexpr std::uint64_t value_of(std::uint64_t header) noexcept { return header >> 16U; }

constexpr std::uint64_t frames_value(std::uint32_t pops, std::uint32_t pushes) noexcept {
    return pops | (static_cast<std::uint64_t>(pushes) << 24U);
}
constexpr std::uint32_t pops_of(std::uint64_t value) noexcept { return static_cast<std::uint32_t>(value & 0xffffffU); }
constexpr std::uint32_t pushes_of(std::uint64_t value) noexcept { return static_cast<std::uint32_t>(value >> 24U); }

// Where a Python frame is: offset of its instruction in bytes (-1: before the first one, at most kMostInstruction), and
// whether native code called it. Bit 30 is not a copy of the sign then.
inline constexpr std::int32_t kMostInstruction = 1 << 29;
inline constexpr std::int32_t kEntryBit = 1 << 30;
constexpr std::int32_t frame_place(std::int32_t instruction, bool entry) noexcept {
    return entry ? instruction ^ kEntryBit : instruction;
}
constexpr bool place_is_entry(std::int32_t place) noexcept { return ((place ^ (place >> 1)) & kEntryBit) != 0; }
constexpr std::int32_t place_instruction(std::int32_t place) noexcept {
    return place_is_entry(place) ? place ^ kEntryBit : place;
}

// A code id with this bit means something in its own ring only, and another code object whenever kCode says so again.
// All others are given out once.
inline constexpr std::uint32_t kPrivateCode = 1U << 31U;

// A Python frame: code id and place.
constexpr std::uint64_t frame_word(std::uint32_t code, std::int32_t place) noexcept {
    return (static_cast<std::uint64_t>(code) << 32U) | static_cast<std::uint32_t>(place);
}
constexpr std::uint32_t code_of(std::uint64_t frame) noexcept { return static_cast<std::uint32_t>(frame >> 32U); }
constexpr std::int32_t instruction_of(std::uint64_t frame) noexcept {
    return place_instruction(static_cast<std::int32_t>(frame & 0xffffffffU));
}
constexpr bool is_entry(std::uint64_t frame) noexcept {
    return place_is_entry(static_cast<std::int32_t>(frame & 0xffffffffU));
}

// A native frame: the address at which it goes on, whether a signal interrupted it there, and the number of its module
// in the ModuleDirectory (0: none). Addresses of user space are below 2^47.
inline constexpr std::uint64_t kMaxNativeAddress = (1ULL << 47U) - 1;
inline constexpr std::uint64_t kInterruptedBit = 1ULL << 47U;
constexpr std::uint64_t native_word(std::uint32_t module, std::uint64_t place) noexcept {
    return (std::uint64_t{module} << 48U) | place;
}
constexpr std::uint32_t module_of(std::uint64_t word) noexcept { return static_cast<std::uint32_t>(word >> 48U); }
// Address and kInterruptedBit.
constexpr std::uint64_t native_place(std::uint64_t word) noexcept {
    return word & (kMaxNativeAddress | kInterruptedBit);
}

// Words of the record that starts with this header; 0 for a header that no writer of this version makes.
constexpr std::size_t record_words(std::uint64_t header) noexcept {
    const std::uint64_t value = value_of(header);
    switch (kind_of(header)) {
        case RecordKind::kAllocation:
        case RecordKind::kDeallocation:
        case RecordKind::kUndoDeallocation:
        case RecordKind::kFinish:
        case RecordKind::kCodeDeath:
        case RecordKind::kRestart:
        case RecordKind::kAccessible:
        case RecordKind::kMappedFile:
            return 3;
        case RecordKind::kFrames:
        case RecordKind::kNativeFrames:
            return pushes_of(value) <= kMaxPushes ? 1 + pushes_of(value) : 0;
        case RecordKind::kBytes:
            return value <= kMaxBytes ? 1 + (value + 7) / 8 : 0;
        case RecordKind::kCode:
            return 4;
        case RecordKind::kThreadName:
            return 1;
    }
    return 0;
}

}  // namespace memray::wire
