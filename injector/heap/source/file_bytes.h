// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Bytes of files that programs have mapped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "injector/base/unique_fd.h"

namespace memray::heap {

// None if there is no regular file: opening others may do something.
[[nodiscard]] base::UniqueFd open_regular_file(const std::string& path);

// As a mapping would show them: `destination` is zero, and stays so behind the end of the file. False if the file
// cannot be read.
bool read_file_bytes(int fd, std::uint64_t offset, std::byte* destination, std::size_t size);

}  // namespace memray::heap
