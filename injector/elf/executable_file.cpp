// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/elf/executable_file.h"

#include <elf.h>
#include <fcntl.h>

#include <cstring>

#include "injector/base/unique_fd.h"

namespace memray::elf {
namespace {

constexpr std::size_t kHeadSize = 16384;  // linkers put the program headers right behind the ELF header

bool has_interpreter(std::string_view head, const Elf64_Ehdr& header) {
    if (header.e_phentsize != sizeof(Elf64_Phdr)) { return false; }
    for (std::size_t index = 0; index < header.e_phnum; ++index) {
        const std::size_t offset = index * sizeof(Elf64_Phdr);
        if (header.e_phoff > head.size() || head.size() - header.e_phoff < offset + sizeof(Elf64_Phdr)) {
            return false;
        }
        Elf64_Phdr segment;
        std::memcpy(&segment, head.data() + header.e_phoff + offset, sizeof segment);
        if (segment.p_type == PT_INTERP) { return true; }
    }
    return false;
}

}  // namespace

ExecutableKind classify_executable(std::string_view head) {
    if (head.starts_with("#!")) { return ExecutableKind::kScript; }
    if (!head.starts_with(std::string_view(ELFMAG, SELFMAG))) { return ExecutableKind::kUnknown; }
    if (head.size() <= EI_CLASS) { return ExecutableKind::kUnreadable; }
    if (head[EI_CLASS] == ELFCLASS32) { return ExecutableKind::kOtherClass; }
    if (head.size() < sizeof(Elf64_Ehdr)) { return ExecutableKind::kUnreadable; }
    Elf64_Ehdr header;
    std::memcpy(&header, head.data(), sizeof header);
    if (header.e_machine != EM_X86_64) { return ExecutableKind::kOtherMachine; }
    return has_interpreter(head, header) ? ExecutableKind::kDynamic : ExecutableKind::kStatic;
}

ExecutableKind classify_executable_file(const std::string& path) {
    const base::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd) { return ExecutableKind::kUnreadable; }
    std::string head(kHeadSize, '\0');
    const ssize_t count = ::pread(fd.get(), head.data(), head.size(), 0);
    if (count <= 0) { return ExecutableKind::kUnreadable; }
    return classify_executable(std::string_view(head).substr(0, static_cast<std::size_t>(count)));
}

}  // namespace memray::elf
