// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What a file is that somebody took for a capture, as far as its first bytes tell.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace memray::capture {

// How many bytes are worth reading: an LZ4 block of the kind that bloomberg's memray writes (64 KiB), and its header.
inline constexpr std::size_t kTellingBytes = (std::size_t{64} << 10U) + 64;

// A sentence, with what to do instead; empty if it is not known. `start`: the first kTellingBytes, or all there are.
[[nodiscard]] std::string foreign_file(std::span<const std::uint8_t> start);

}  // namespace memray::capture
