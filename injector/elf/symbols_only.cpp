// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/elf/symbols_only.h"

#include <elf.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <vector>

namespace memray::elf {
namespace {

constexpr std::size_t kMostSections = 4096;  // real libraries have some thirty
constexpr std::size_t kMostSegments = 256;
constexpr std::uint64_t kLongestNote = 1U << 16U;

bool read_at(int fd, std::uint64_t offset, void* data, std::size_t size) {
    auto* to = static_cast<char*>(data);
    while (size > 0) {
        const ssize_t got = ::pread(fd, to, size, static_cast<off_t>(offset));
        if (got <= 0) { return false; }
        to += got;
        offset += static_cast<std::uint64_t>(got);
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

template <typename T>
std::string_view bytes_of(const T& value) {
    return {reinterpret_cast<const char*>(&value), sizeof(T)};
}
template <typename T>
std::string_view bytes_of(const std::vector<T>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

class Reduction {
public:
    Reduction(int fd, std::size_t limit) : fd_(fd), limit_(limit) {}

    std::optional<std::string> run() {
        if (!read_headers()) { return {}; }
        has_table_ =
            std::any_of(sections_.begin(), sections_.end(), [](const auto& s) { return is_symbols(s, false); });
        kept_.resize(sections_.size());
        for (std::size_t i = 1; i < sections_.size(); ++i) { choose(i); }
        if (!has_symbols_) { return {}; }
        keep(header_.e_shstrndx);
        return written();
    }

private:
    static bool is_symbols(const Elf64_Shdr& section, bool exported) {
        return section.sh_type == (exported ? SHT_DYNSYM : SHT_SYMTAB) && section.sh_size > sizeof(Elf64_Sym);
    }

    bool read_headers() {
        if (!read_at(fd_, 0, &header_, sizeof header_) || std::memcmp(header_.e_ident, ELFMAG, SELFMAG) != 0 ||
            header_.e_ident[EI_CLASS] != ELFCLASS64 || header_.e_ident[EI_DATA] != ELFDATA2LSB ||
            header_.e_machine != EM_X86_64) {
            return false;
        }
        if (header_.e_shentsize != sizeof(Elf64_Shdr) || header_.e_phentsize != sizeof(Elf64_Phdr)) { return false; }
        if (header_.e_shnum == 0 || header_.e_shnum > kMostSections || header_.e_phnum > kMostSegments) {
            return false;
        }
        segments_.resize(header_.e_phnum);
        sections_.resize(header_.e_shnum);
        return read_at(fd_, header_.e_phoff, segments_.data(), bytes_of(segments_).size()) &&
               read_at(fd_, header_.e_shoff, sections_.data(), bytes_of(sections_).size()) && read_names();
    }

    bool read_names() {
        if (header_.e_shstrndx >= sections_.size()) { return false; }
        const Elf64_Shdr& section = sections_[header_.e_shstrndx];
        if (section.sh_type != SHT_STRTAB || section.sh_size > limit_) { return false; }
        names_.resize(section.sh_size);
        return read_at(fd_, section.sh_offset, names_.data(), names_.size());
    }

    [[nodiscard]] std::string_view name_of(const Elf64_Shdr& section) const {
        if (section.sh_name >= names_.size()) { return {}; }
        const std::string_view rest = std::string_view(names_).substr(section.sh_name);
        return rest.substr(0, rest.find('\0'));
    }

    void choose(std::size_t number) {
        const Elf64_Shdr& section = sections_[number];
        if (is_symbols(section, !has_table_)) {
            has_symbols_ = true;
            keep(number);
            keep(section.sh_link);
        } else if (section.sh_type == SHT_NOTE || name_of(section) == ".gnu_debuglink") {
            if (section.sh_size <= kLongestNote) { keep(number); }
        } else if (!has_table_ && name_of(section) == ".gnu_debugdata") {
            keep(number);
        }
    }
    void keep(std::size_t number) {
        if (number < kept_.size() && sections_[number].sh_type != SHT_NOBITS) { kept_[number] = true; }
    }

    std::optional<std::string> written() {
        std::uint64_t size = sizeof header_ + bytes_of(segments_).size() + bytes_of(sections_).size();
        std::vector<Elf64_Shdr> sections = sections_;
        for (std::size_t i = 1; i < sections.size(); ++i) {
            if (!kept_[i]) {
                if (sections[i].sh_type != SHT_NULL) { sections[i].sh_type = SHT_NOBITS; }
                sections[i].sh_flags &= ~std::uint64_t{SHF_COMPRESSED};
                sections[i].sh_offset = size;
                continue;
            }
            size = (size + kAlignment - 1) / kAlignment * kAlignment;
            sections[i].sh_offset = size;
            if (size > limit_ || sections[i].sh_size > limit_ - size) { return {}; }
            size += sections[i].sh_size;
        }
        return put(sections, size);
    }

    std::optional<std::string> put(const std::vector<Elf64_Shdr>& sections, std::uint64_t size) {
        // The segments tell addresses; what they held is not here.
        for (Elf64_Phdr& segment : segments_) { segment.p_offset = segment.p_filesz = 0; }
        Elf64_Ehdr header = header_;
        header.e_phoff = sizeof header;
        header.e_shoff = header.e_phoff + bytes_of(segments_).size();
        std::string file;
        file.append(bytes_of(header)).append(bytes_of(segments_)).append(bytes_of(sections));
        file.resize(size);
        for (std::size_t i = 1; i < sections.size(); ++i) {
            if (kept_[i] && !read_at(fd_, sections_[i].sh_offset, &file[sections[i].sh_offset], sections[i].sh_size)) {
                return {};
            }
        }
        return file;
    }

    static constexpr std::uint64_t kAlignment = 16;

    int fd_;
    std::size_t limit_;
    Elf64_Ehdr header_{};
    std::vector<Elf64_Phdr> segments_;
    std::vector<Elf64_Shdr> sections_;
    std::string names_;
    std::vector<bool> kept_;
    bool has_table_{false};
    bool has_symbols_{false};
};

}  // namespace

std::optional<std::string> symbols_only(int fd, std::size_t limit) { return Reduction(fd, limit).run(); }

}  // namespace memray::elf
