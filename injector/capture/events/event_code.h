// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// How an event of the log looks, for both directions. The first number says what it is:
//
//   bit 0 set     deallocation: the rest is the difference to the slot used last
//   bit 0 clear   one byte: bit 1: same site as the last allocation, bit 2: same size as the last one of its site,
//                 bits 3-4: Operation; what is not the same follows: difference to the last site, size
//
// "Last" starts at 0 at the begin of the log and goes on from block to block.
#pragma once

#include <cstddef>
#include <cstdint>

#include "injector/capture/varint.h"

namespace memray::capture {

enum class Operation : std::uint8_t {
    kAllocation = 0,
    kRestore = 1,
    kTime = 2,        // difference to the last time
    kForeignFree = 3  // a deallocation by another thread: difference to the slot used last
};

inline constexpr std::uint8_t kDeallocationBit = 1U << 0U;
inline constexpr std::uint8_t kSameSite = 1U << 1U;
inline constexpr std::uint8_t kSameSize = 1U << 2U;
inline constexpr std::uint8_t kOperationShift = 3;
inline constexpr std::uint8_t kOperationMask = 3U << kOperationShift;
inline constexpr std::size_t kMaxEventBytes = 1 + 2 * kMaxVarint;

constexpr std::uint8_t operation_tag(Operation operation) noexcept {
    return static_cast<std::uint8_t>(static_cast<std::uint8_t>(operation) << kOperationShift);
}

}  // namespace memray::capture
