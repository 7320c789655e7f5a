// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A core file of a test's own making, as bytes: header, program headers, notes, then the content of the segments.
#pragma once

#include <elf.h>
#include <sys/procfs.h>
#include <sys/user.h>

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "injector/heap/source/core_image.h"

namespace memray::heap::tests {

template <typename T>
std::string bytes_of(const T& value) {
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

inline std::string padded(std::string text) {
    text.resize((text.size() + 3) / 4 * 4);
    return text;
}

inline std::string note(const std::string& owner, std::uint32_t type, const std::string& content) {
    const Elf64_Nhdr header{static_cast<std::uint32_t>(owner.size() + 1), static_cast<std::uint32_t>(content.size()),
                            type};
    return bytes_of(header) + padded(owner + '\0') + padded(content);
}

inline std::string thread_note(pid_t id, std::uint64_t stack_pointer, std::uint64_t program_counter) {
    elf_prstatus status{};
    user_regs_struct registers{};
    registers.rsp = stack_pointer;
    registers.rip = program_counter;
    status.pr_pid = id;
    std::memcpy(&status.pr_reg, &registers, sizeof registers);
    return note("CORE", NT_PRSTATUS, bytes_of(status));
}

inline std::string name_note(pid_t id, const std::string& name) {
    elf_prpsinfo info{};
    info.pr_pid = id;
    std::memcpy(info.pr_fname, name.data(), name.size());
    return note("CORE", NT_PRPSINFO, bytes_of(info));
}

inline std::string auxiliary_note(const std::vector<std::pair<std::uint64_t, std::uint64_t>>& items) {
    std::string content;
    for (const auto& [type, value] : items) { content += bytes_of(Elf64_auxv_t{type, {value}}); }
    return note("CORE", NT_AUXV, content);
}

struct MappedPart {
    std::uint64_t begin, end, page;
    std::string path;
};

inline std::string file_note(const std::vector<MappedPart>& parts) {
    std::string places = bytes_of(std::uint64_t{parts.size()}) + bytes_of(std::uint64_t{4096});
    std::string paths;
    for (const MappedPart& part : parts) {
        places += bytes_of(part.begin) + bytes_of(part.end) + bytes_of(part.page);
        paths += part.path + '\0';
    }
    return note("CORE", NT_FILE, places + paths);
}

struct CoreBuilder {
    struct Segment {
        std::uint64_t begin, size;
        std::string content;
        std::uint32_t flags{PF_R | PF_W};
    };
    std::vector<Segment> segments{};
    std::string notes{};

    [[nodiscard]] std::string build() const {
        const std::size_t count = segments.size() + 1;
        std::uint64_t offset = sizeof(Elf64_Ehdr) + count * sizeof(Elf64_Phdr);
        std::string headers = bytes_of(header(count));
        std::string content;
        const auto add = [&](Elf64_Phdr segment, const std::string& bytes) {
            segment.p_offset = offset + content.size();
            segment.p_filesz = bytes.size();
            headers += bytes_of(segment);
            content += bytes;
        };
        add({PT_NOTE, 0, 0, 0, 0, 0, 0, 4}, notes);
        for (const Segment& segment : segments) {
            add({PT_LOAD, segment.flags, 0, segment.begin, 0, 0, segment.size, 4096}, segment.content);
        }
        return headers + content;
    }

    static Elf64_Ehdr header(std::size_t count) {
        Elf64_Ehdr header{};
        std::memcpy(header.e_ident, ELFMAG, SELFMAG);
        header.e_ident[EI_CLASS] = ELFCLASS64;
        header.e_ident[EI_DATA] = ELFDATA2LSB;
        header.e_type = ET_CORE;
        header.e_machine = EM_X86_64;
        header.e_phoff = sizeof header;
        header.e_phentsize = sizeof(Elf64_Phdr);
        header.e_phnum = static_cast<std::uint16_t>(count);
        return header;
    }
};

// Of a file with these bytes; they must outlive it.
inline ReadCore reader_of(const std::string& bytes) {
    return [&bytes](std::uint64_t offset, void* data, std::size_t size) {
        if (offset > bytes.size() || bytes.size() - offset < size) { return false; }
        std::memcpy(data, bytes.data() + offset, size);
        return true;
    };
}

}  // namespace memray::heap::tests
