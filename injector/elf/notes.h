// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Notes of ELF images and core files (elf(5)), and the one by which the linker names what an image is made of.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "injector/elf/read_memory.h"

namespace memray::elf {

struct Note {
    std::string_view owner;  // without the terminating zero
    std::uint32_t type{0};
    std::string_view content;
};

// Those in the content of a PT_NOTE segment, aligned to 4 bytes, until `sink` returns false. One that makes no sense is
// the end.
void visit_notes(std::string_view bytes, const std::function<bool(const Note&)>& sink);

// The build-id among these notes: lower-case hexadecimal digits, empty if there is none.
[[nodiscard]] std::string build_id_among(std::string_view notes);

// Of the image whose ELF header is mapped there; empty if it has none, or that cannot be read.
[[nodiscard]] std::string build_id_of_image(const ReadMemory& read, RemoteAddr header);
// Of the ELF file that `read` reads, where an address is a position in the file.
[[nodiscard]] std::string build_id_of_file(const ReadMemory& read);

}  // namespace memray::elf
