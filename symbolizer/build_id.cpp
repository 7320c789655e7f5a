// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/build_id.h"

#include <elfutils/libdwelf.h>
#include <fmt/format.h>
#include <gelf.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <span>

#include "injector/base/error.h"

namespace memray::symbolizer {

std::string build_id_of(int fd) {
    static_cast<void>(::elf_version(EV_CURRENT));
    // Not mapped: a file that shrinks meanwhile must not kill us.
    const std::unique_ptr<Elf, int (*)(Elf*)> elf(::elf_begin(fd, ELF_C_READ, nullptr), ::elf_end);
    GElf_Ehdr header;
    if (!elf || ::elf_kind(elf.get()) != ELF_K_ELF || ::gelf_getehdr(elf.get(), &header) == nullptr) {
        throw base::Error("it is not an ELF file");
    }
    const void* bits = nullptr;
    const ssize_t size = ::dwelf_elf_gnu_build_id(elf.get(), &bits);
    if (size <= 0) { return {}; }
    const std::span<const std::uint8_t> bytes(static_cast<const std::uint8_t*>(bits), static_cast<std::size_t>(size));
    return fmt::format("{:02x}", fmt::join(bytes, ""));
}

std::string build_id_path(const std::string& build_id) {
    const bool good = build_id.size() > 2 && std::all_of(build_id.begin(), build_id.end(),
                                                         [](unsigned char digit) { return std::isxdigit(digit) != 0; });
    return good ? ".build-id/" + build_id.substr(0, 2) + "/" + build_id.substr(2) : "";
}

}  // namespace memray::symbolizer
