// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Numbers in the one-line files of /proc/PID.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace memray::base {

// Field `index`, from 0, of a line of fields separated by blanks; nothing if it is no number, or not there.
[[nodiscard]] std::optional<std::uint64_t> number_field(std::string_view line, int index);

// Field `number`, from 3, of /proc/PID/stat as proc(5) counts them. Field 2 is a name that may hold blanks and
// brackets.
[[nodiscard]] std::optional<std::uint64_t> stat_field(std::string_view stat, int number);

// How long ago a process was made, by field 22 of /proc/PID/stat: the kernel counts in hundredths of a second. Nothing
// if it is gone.
[[nodiscard]] std::optional<std::chrono::milliseconds> age_of(pid_t pid);

}  // namespace memray::base
