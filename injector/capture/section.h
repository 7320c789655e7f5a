// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// One section: sealing (compress, checksum) and opening (check, decompress).
#pragma once

#include <span>

#include "injector/capture/format.h"

namespace memray::capture {

// Appends a whole section to `out`. Stored as it is if `compress` is off or does not make it smaller.
void seal_section(Bytes& out, SectionType type, std::span<const std::uint8_t> payload, bool compress);

// Whether the header is one that seal_section() made: its own checksum, and lengths that can be true.
[[nodiscard]] bool is_valid(const SectionHeader& header) noexcept;

// Whether `stored` is what the header describes.
[[nodiscard]] bool matches(const SectionHeader& header, std::span<const std::uint8_t> stored) noexcept;

// The payload of a section that matches. `buffer` holds it if it had to be decompressed. Throws Corrupt.
[[nodiscard]] std::span<const std::uint8_t> open_section(const SectionHeader& header,
                                                         std::span<const std::uint8_t> stored, Bytes& buffer);

}  // namespace memray::capture
