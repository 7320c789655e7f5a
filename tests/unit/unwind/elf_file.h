// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// An ELF file as if it were mapped, and what elfutils says of it.
#pragma once

#include <elf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <gelf.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>
#include <string>

#include "injector/unwind/mapped_image.h"

namespace memray::tests {

class ElfFile {
public:
    static constexpr std::uint64_t kBias = 0x7f00'0000'0000;

    explicit ElfFile(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
        ::elf_version(EV_CURRENT);
        elf_ = ::elf_begin(fd_, ELF_C_READ_MMAP, nullptr);
        cfi_ = elf_ == nullptr ? nullptr : ::dwarf_getcfi_elf(elf_);
        if (cfi_ == nullptr) { throw std::runtime_error("no call frame information in " + path); }
    }
    ~ElfFile() {
        ::dwarf_cfi_end(cfi_);
        ::elf_end(elf_);
        ::close(fd_);
    }
    ElfFile(const ElfFile&) = delete;
    ElfFile& operator=(const ElfFile&) = delete;

    [[nodiscard]] Dwarf_CFI* cfi() const { return cfi_; }
    [[nodiscard]] elf::ReadMemory memory() const {
        return [this](base::RemoteAddr at, void* data, std::size_t size) { return read(at.value(), data, size); };
    }
    // Where its ELF header is.
    [[nodiscard]] base::RemoteAddr header() const {
        for (std::size_t i = 0; i < segments(); ++i) {
            const GElf_Phdr found = segment(i);
            if (found.p_type == PT_LOAD && found.p_offset == 0) { return base::RemoteAddr(kBias + found.p_vaddr); }
        }
        throw std::runtime_error("no segment has the ELF header");
    }

private:
    [[nodiscard]] std::size_t segments() const {
        std::size_t count = 0;
        ::elf_getphdrnum(elf_, &count);
        return count;
    }
    [[nodiscard]] GElf_Phdr segment(std::size_t index) const {
        GElf_Phdr found;
        if (::gelf_getphdr(elf_, static_cast<int>(index), &found) == nullptr) {
            throw std::runtime_error("no segment");
        }
        return found;
    }
    bool read(std::uint64_t at, void* data, std::size_t size) const {
        for (std::size_t i = 0; i < segments(); ++i) {
            const GElf_Phdr found = segment(i);
            const std::uint64_t offset = at - kBias - found.p_vaddr;
            if (found.p_type != PT_LOAD || offset >= found.p_filesz || size > found.p_filesz - offset) { continue; }
            return ::pread(fd_, data, size, static_cast<off_t>(found.p_offset + offset)) == static_cast<ssize_t>(size);
        }
        return false;
    }

    int fd_;
    Elf* elf_{nullptr};
    Dwarf_CFI* cfi_{nullptr};
};

}  // namespace memray::tests
