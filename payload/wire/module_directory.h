// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Which machine code is where in the target, and how its frames are left: written by the controller, which finds that
// out from outside, read by the target for walking native stacks.
//
//   directory ─┬─ ModuleDirectory  header
//              ├─ ModuleEntry[]    one for each module that was ever seen; number 1 is the first
//              └─ tables           see unwind_table.h; each side maps as many as there are
//
// A number never gets another meaning: a module that is unloaded has an empty range from then on, and one that is
// loaded at its place gets a new entry. So what a stack says stays true, whenever it is read.
//
// The target asks by counting `wanted` up; the controller looks, and stores one more than what it saw of `wanted`
// before that into `answered`. The directory begins as zeroes: empty and not up to date.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "payload/wire/control.h"

namespace memray::wire {

struct ModuleEntry {
    std::atomic<std::uint64_t> begin{0};
    std::atomic<std::uint64_t> end{0};
    std::uint64_t table{0};  // offset from the start of the directory, 0: frames of this module cannot be left
    std::uint32_t table_size{0};
    std::uint32_t is_loader{0};  // the dynamic linker
};
static_assert(sizeof(ModuleEntry) == 32);

inline constexpr std::uint32_t kMaxModules = 16384;  // numbers have 16 bits

struct alignas(kPageSize) ModuleDirectory {
    alignas(64) std::atomic<std::uint32_t> wanted{0};
    std::atomic<std::uint32_t> given_up{0};  // one more than what of it was waited for in vain; the target's own
    alignas(64) std::atomic<std::uint32_t> answered{0};  // futex of those who wait
    std::atomic<std::uint32_t> version{0};               // counted up when entries change
    std::atomic<std::uint32_t> count{0};                 // entries
};
static_assert(sizeof(ModuleDirectory) == kPageSize);

inline constexpr std::size_t kTablesOffset = sizeof(ModuleDirectory) + sizeof(ModuleEntry) * std::size_t{kMaxModules};

// `wanted` before `answered` was read.
constexpr bool is_answered(std::uint32_t wanted, std::uint32_t answered) noexcept {
    return static_cast<std::int32_t>(answered - wanted) > 0;
}

inline ModuleEntry* module_entries(ModuleDirectory& directory) noexcept {
    return reinterpret_cast<ModuleEntry*>(&directory + 1);
}

}  // namespace memray::wire
