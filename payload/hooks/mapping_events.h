// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Records mappings: what was asked for is told with them, and the recorder makes of it what they are.
#pragma once

#include <cstddef>
#include <cstdint>

#include "payload/wire/record.h"

namespace memray::payload {

// What a program asked mmap for. `caller`: where in its code it did, if it left the address to the kernel.
struct MappingRequest {
    int protection;
    int flags;
    int fd;
    long offset;
    const void* caller;
};

// As record_allocation() (events.h).
void record_mapping(const void* address, std::size_t size, const MappingRequest& request) noexcept;
void record_mapping(const void* address, std::size_t size, std::uint32_t traits) noexcept;
// mprotect has made the range accessible.
void record_accessible(const void* address, std::size_t size) noexcept;

}  // namespace memray::payload
