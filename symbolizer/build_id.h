// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The build-id of an ELF file: the linker's hash of its content.
#pragma once

#include <string>

namespace memray::symbolizer {

// Lower-case hexadecimal digits, empty if it has none. Throws base::Error if `fd` is not an ELF file that can be read.
[[nodiscard]] std::string build_id_of(int fd);

// ".build-id/ab/cdef", as debug directories call it. None for what is no build-id.
[[nodiscard]] std::string build_id_path(const std::string& build_id);

}  // namespace memray::symbolizer
