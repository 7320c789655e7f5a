// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/python/heap_layout.h"

#include <algorithm>
#include <array>

namespace memray::heap {
namespace {

constexpr std::uint32_t kKiB = 1024;
constexpr std::uint32_t kMiB = 1024 * kKiB;

// From the headers of 3.8.18, 3.9.18, 3.10.13, 3.11.2 and 3.11.7, 3.12.1, 3.13.0, 3.14.10 and 3.15.2.
constexpr auto kLayouts = std::to_array<HeapLayout>({
    {.minor = 8,
     .interpreters_head = 32,
     .interpreter_next = 0,
     .interpreter_size = 2720,
     .arena_size = 256 * kKiB,
     .pool_size = 4 * kKiB,
     .arenas_place = ArenasPlace::kStatic,
     .obmalloc = 0,
     .ht_cached_keys = 872,
     .ht_name = 848,
     .ht_module = 0,
     .ascii_size = 48,
     .compact_size = 72,
     .unicode_size = 80,
     .tuple_items = 24,
     .type_size = 416,
     .generator_frame = 0,
     .frame_locals = 360},
    {9, 32, 0, 5656, 256 * kKiB, 4 * kKiB, ArenasPlace::kStatic, 0, 864, 840, 872, 48, 72, 80, 24, 408, 0, 360},
    {10, 32, 0, 113528, kMiB, 16 * kKiB, ArenasPlace::kStatic, 0, 872, 848, 880, 48, 72, 80, 24, 408, 0, 352},
    {11, 40, 0, 107752, kMiB, 16 * kKiB, ArenasPlace::kStatic, 0, 872, 848, 880, 48, 72, 80, 24, 408, 80, 72},
    {12, 40, 0, 383552, kMiB, 16 * kKiB, ArenasPlace::kInterpreter, 3960, 880, 856, 888, 40, 56, 64, 24, 416, 72, 72},
    {13, 632, 7264, 194968, kMiB, 16 * kKiB, ArenasPlace::kBehind, 10800, 880, 856, 888, 40, 56, 64, 24, 416, 72, 72},
    {14, 808, 7272, 225864, kMiB, 16 * kKiB, ArenasPlace::kBehind, 10904, 880, 856, 888, 40, 56, 64, 32, 416, 72, 80},
    {15, 936, 7264, 226232, kMiB, 16 * kKiB, ArenasPlace::kBehind, 10880, 888, 864, 896, 40, 56, 64, 32, 424, 72, 80},
});

}  // namespace

const HeapLayout* heap_layout(unsigned minor) {
    const auto* found = std::find_if(kLayouts.begin(), kLayouts.end(),
                                     [minor](const HeapLayout& layout) { return layout.minor == minor; });
    return found == kLayouts.end() ? nullptr : found;
}

}  // namespace memray::heap
