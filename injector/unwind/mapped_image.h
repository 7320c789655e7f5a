// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A module as it lies in the memory of a process: what identifies it and where its frames are described. Memory, not a
// file, because the file may be in another mount namespace, replaced or deleted, and the vdso has none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "injector/elf/image.h"
#include "injector/unwind/eh_frame.h"

namespace memray::unwind {

using base::RemoteAddr;

struct MappedImage {
    RemoteAddr begin;       // of the first segment
    RemoteAddr end;         // of the last one
    std::uint64_t bias{0};  // an address in memory minus this is what the module's headers call it
    RemoteAddr eh_frame;    // null if it has none
    RemoteAddr eh_frame_limit;
    std::string build_id;  // lower-case hexadecimal digits, empty if it has none
};

// The image whose ELF header is at `header`; nothing if there is none for x86-64.
[[nodiscard]] std::optional<MappedImage> read_mapped_image(RemoteAddr header, const elf::ReadMemory& read);

// Empty if it has none, or that cannot be read.
[[nodiscard]] EhFrame read_eh_frame(const MappedImage& image, const elf::ReadMemory& read);

}  // namespace memray::unwind
