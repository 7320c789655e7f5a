// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The books of glibc's malloc (struct malloc_state of malloc/malloc.c), which no symbol names: they are where 127 pairs
// of pointers follow each other that each are an empty list or the ends of one; in a program that runs, at least
// many of them. The fields behind these bins lie the same in glibc 2.27 to 2.43, those before them do not.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "injector/heap/memory/memory.h"

namespace memray::heap {

// Where things are from the start of a malloc_state on, in bytes.
struct MallocStateLayout {
    std::uint64_t bins;
    bool has_fastbins;  // ten of them, at kFastbins
};

inline constexpr std::uint64_t kFlags = 4;
inline constexpr std::uint64_t kFastbins = 16;
// From the bins on.
inline constexpr std::uint64_t kTopBeforeBins = 16;
inline constexpr std::uint64_t kNextBehindBins = 2048;
inline constexpr std::uint64_t kSystemBehindBins = 2072;
inline constexpr std::uint64_t kStateBehindBins = 2088;  // its end

struct MallocStates {
    MallocStateLayout layout{};
    std::vector<RemoteAddr> states;  // the main arena's first
};

// Nothing if there is no glibc in this memory, or it has handed out nothing yet.
[[nodiscard]] std::optional<MallocStates> find_malloc_states(const Memory& memory);

}  // namespace memray::heap
