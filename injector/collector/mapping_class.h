// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What a mapping is, by what was asked for (wire::MappingTrait) and, if that was a file to be shared, by its device.
#pragma once

#include <cstdint>

#include "injector/capture/allocator.h"

namespace memray::collector {

// What is told of a mapping.
struct MappingRequest {
    std::uint32_t traits{0};  // wire::MappingTrait
    std::uint64_t size{0};
    bool in_memory{false};  // its file is one that lies in memory (MemoryDevices)
};

// `hex_version`: of the interpreter, whose arenas have 256 KiB up to 3.9 and 1 MiB later (ARENA_SIZE and ARENA_BITS of
// Objects/obmalloc.c, Include/internal/pycore_obmalloc.h), or 2 MiB where it was built to use huge pages. Its caller is
// that interpreter, or it is no arena.
[[nodiscard]] capture::Allocator class_of(const MappingRequest& request, std::uint32_t hex_version) noexcept;

}  // namespace memray::collector
