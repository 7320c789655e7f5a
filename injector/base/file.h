// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Whole files at once: small ones, those of /proc included (which have no size).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace memray::base {

// Throws Error: "reading PATH: why".
[[nodiscard]] std::string read_file(const std::string& path);
// Nothing if it cannot be read, for whatever reason.
[[nodiscard]] std::optional<std::string> try_read_file(const std::string& path);
// Writes all of `content` at the current position of `fd`. Throws Error.
void write_all(int fd, const std::string& content);
// The same; throws Error "Could not write PATH: why".
void write_all(int fd, std::span<const std::uint8_t> content, const std::string& path);

}  // namespace memray::base
