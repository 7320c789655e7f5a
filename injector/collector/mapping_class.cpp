// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/mapping_class.h"

#include "payload/wire/record.h"

namespace memray::collector {
namespace {

using capture::Allocator;

constexpr std::uint32_t kLargeArenas = 0x030a0000;  // since 3.10

bool is_arena_size(std::uint64_t size, std::uint32_t hex_version) {
    if (hex_version < kLargeArenas) { return size == std::uint64_t{256} << 10U; }
    return size == std::uint64_t{1} << 20U || size == std::uint64_t{2} << 20U;
}

}  // namespace

Allocator class_of(const MappingRequest& request, std::uint32_t hex_version) noexcept {
    const auto has = [&](wire::MappingTrait trait) { return (request.traits & trait) != 0; };
    if (has(wire::kSharedTrait)) {
        if (!has(wire::kFileTrait) || request.in_memory) { return Allocator::kSharedMemory; }
        return Allocator::kSharedFile;
    }
    if (has(wire::kFileTrait)) { return Allocator::kPrivateFile; }
    if (has(wire::kInaccessibleTrait)) { return Allocator::kReservation; }
    if (has(wire::kStackTrait)) { return Allocator::kStack; }
    if (has(wire::kInterpreterTrait) && is_arena_size(request.size, hex_version)) { return Allocator::kArena; }
    return Allocator::kMmap;
}

}  // namespace memray::collector
