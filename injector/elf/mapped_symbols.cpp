// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/elf/mapped_symbols.h"

#include <elf.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "injector/elf/dynamic_tables.h"
#include "injector/elf/segments.h"

namespace memray::elf {
namespace {

constexpr std::size_t kMaxChain = 4096;
constexpr std::uint64_t kLongestNote = 1U << 16U;
constexpr std::uint64_t kAlignment = 16;

// All of an array in memory; nothing if it is larger than the limit or not there.
template <typename T>
std::optional<std::vector<T>> read_array(const ReadMemory& read, RemoteAddr at, std::uint64_t count,
                                         std::size_t limit) {
    if (count > limit / sizeof(T)) { return std::nullopt; }
    std::vector<T> values(count);
    if (!read(at, values.data(), count * sizeof(T))) { return std::nullopt; }
    return values;
}

// The header of .hash: buckets, chains; of these there is one for each symbol.
std::uint64_t count_by_sysv_hash(const ReadMemory& read, RemoteAddr table) {
    std::array<std::uint32_t, 2> header{};
    return read(table, header.data(), sizeof header) ? header[1] : 0;
}

// .gnu.hash has the symbols in the order of its chains (see Image): the last chain to begin ends with the last symbol.
std::uint64_t count_by_gnu_hash(const ReadMemory& read, RemoteAddr table, std::size_t limit) {
    std::array<std::uint32_t, 4> header{};
    if (!read(table, header.data(), sizeof header)) { return 0; }
    const auto [bucket_count, first, filter_words, shift] = header;
    const RemoteAddr at = table + sizeof header + std::uint64_t{filter_words} * 8;
    const auto buckets = read_array<std::uint32_t>(read, at, bucket_count, limit);
    if (!buckets || buckets->empty()) { return 0; }
    const std::uint64_t last = *std::max_element(buckets->begin(), buckets->end());
    if (last < first) { return 0; }
    const RemoteAddr chain = at + std::uint64_t{bucket_count} * 4 + (last - first) * 4;
    for (std::uint64_t i = 0; i < kMaxChain; ++i) {
        std::uint32_t hash = 0;
        if (!read(chain + i * 4, &hash, sizeof hash)) { return 0; }
        if ((hash & 1U) != 0) { return last + i + 1; }
    }
    return 0;
}

bool may_be_function(const Elf64_Sym& symbol) {
    const auto type = ELF64_ST_TYPE(symbol.st_info);
    return symbol.st_shndx != SHN_UNDEF && symbol.st_shndx < SHN_LORESERVE &&
           (type == STT_FUNC || type == STT_GNU_IFUNC || type == STT_NOTYPE);
}

template <typename T>
std::string bytes_of(const std::vector<T>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

// An ELF file in the making.
class SymbolsFile {
public:
    std::uint16_t add(std::string_view name, Elf64_Shdr section, std::string content) {
        section.sh_name = static_cast<Elf64_Word>(names_.size());
        names_.append(name).push_back('\0');
        if (section.sh_type != SHT_NOBITS) { section.sh_size = content.size(); }
        sections_.push_back(section);
        contents_.push_back(std::move(content));
        return static_cast<std::uint16_t>(sections_.size() - 1);
    }

    // `segments` tell addresses; nothing of what they hold is here.
    std::string written(std::vector<Elf64_Phdr> segments) {
        Elf64_Shdr section{};
        section.sh_type = SHT_STRTAB;
        const std::string_view name(".shstrtab");
        const std::uint16_t names = add(name, section, names_ + std::string(name) + '\0');
        for (Elf64_Phdr& segment : segments) { segment.p_offset = segment.p_filesz = 0; }
        std::string file(sizeof(Elf64_Ehdr), '\0');
        file += bytes_of(segments);
        std::string contents;
        const std::uint64_t contents_at = file.size() + sections_.size() * sizeof(Elf64_Shdr);
        for (std::size_t i = 0; i < sections_.size(); ++i) {
            contents.resize((contents_at + contents.size() + kAlignment - 1) / kAlignment * kAlignment - contents_at);
            sections_[i].sh_offset = i == 0 ? 0 : contents_at + contents.size();
            contents += contents_[i];
        }
        const Elf64_Ehdr header = header_of(segments.size(), names);
        std::memcpy(file.data(), &header, sizeof header);
        return file + bytes_of(sections_) + contents;
    }

private:
    [[nodiscard]] Elf64_Ehdr header_of(std::size_t segments, std::uint16_t names) const {
        Elf64_Ehdr header{};
        header.e_ident[EI_CLASS] = ELFCLASS64;
        header.e_ident[EI_DATA] = ELFDATA2LSB;
        header.e_ident[EI_VERSION] = EV_CURRENT;
        std::memcpy(header.e_ident, ELFMAG, SELFMAG);
        header.e_type = ET_DYN;
        header.e_machine = EM_X86_64;
        header.e_version = EV_CURRENT;
        header.e_ehsize = sizeof header;
        header.e_phoff = sizeof header;
        header.e_phentsize = sizeof(Elf64_Phdr);
        header.e_phnum = static_cast<std::uint16_t>(segments);
        header.e_shoff = header.e_phoff + segments * sizeof(Elf64_Phdr);
        header.e_shentsize = sizeof(Elf64_Shdr);
        header.e_shnum = static_cast<std::uint16_t>(sections_.size());
        header.e_shstrndx = names;
        return header;
    }

    std::vector<Elf64_Shdr> sections_ = std::vector<Elf64_Shdr>(1);
    std::vector<std::string> contents_ = std::vector<std::string>(1);
    std::string names_ = std::string(1, '\0');
};

class MappedSymbols {
public:
    MappedSymbols(RemoteAddr header, const ReadMemory& read, std::size_t limit)
        : read_(read), limit_(limit), image_(read_segments(read, header)) {}

    std::optional<std::string> run() {
        if (!read_tables()) { return std::nullopt; }
        for (const Elf64_Phdr& segment : image_.headers) {
            if (segment.p_type == PT_LOAD) { loaded_.push_back(segment); }
            if (segment.p_type == PT_LOAD && (segment.p_flags & PF_X) != 0) { take_code(segment); }
        }
        if (kept_.size() == 1) { return std::nullopt; }
        add_notes();
        add_tables();
        std::string file = file_.written(loaded_);
        return file.size() <= limit_ ? std::optional(std::move(file)) : std::nullopt;
    }

private:
    bool read_tables() {
        const auto tables = read_dynamic_tables(image_, read_);
        if (!tables) { return false; }
        const std::uint64_t count = tables->sysv_hash.is_null() ? count_by_gnu_hash(read_, tables->gnu_hash, limit_)
                                                                : count_by_sysv_hash(read_, tables->sysv_hash);
        auto symbols = read_array<Elf64_Sym>(read_, tables->symbols, count, limit_);
        auto strings = read_array<char>(read_, tables->strings, tables->strings_size, limit_);
        if (!symbols || !strings || strings->empty() || strings->back() != '\0') { return false; }
        symbols_ = std::move(*symbols);
        strings_ = std::move(*strings);
        return true;
    }

    // Names its functions, in a section of its own: what the linker's section headers said is not in memory.
    void take_code(const Elf64_Phdr& segment) {
        Elf64_Shdr section{};
        section.sh_type = SHT_NOBITS;
        section.sh_flags = SHF_ALLOC | SHF_EXECINSTR;
        section.sh_addr = segment.p_vaddr;
        section.sh_size = segment.p_memsz;
        const std::uint16_t number = file_.add(".text", section, {});
        for (const Elf64_Sym& symbol : symbols_) {
            const bool there = may_be_function(symbol) && symbol.st_value - segment.p_vaddr < segment.p_memsz;
            // Segments of a hostile image may overlap: no symbol twice, so never more than there were.
            if (!there || symbol.st_name >= strings_.size() || kept_.size() > symbols_.size()) { continue; }
            kept_.push_back(symbol);
            kept_.back().st_shndx = number;
        }
    }

    void add_notes() {
        for (const Elf64_Phdr& segment : image_.headers) {
            if (segment.p_type != PT_NOTE || segment.p_memsz > kLongestNote) { continue; }
            const auto note = read_array<char>(read_, image_.bias + segment.p_vaddr, segment.p_memsz, limit_);
            if (!note) { continue; }
            Elf64_Shdr section{};
            section.sh_type = SHT_NOTE;
            section.sh_flags = SHF_ALLOC;
            section.sh_addr = segment.p_vaddr;
            section.sh_addralign = segment.p_align;
            file_.add(".note", section, bytes_of(*note));
        }
    }

    void add_tables() {
        Elf64_Shdr section{};
        section.sh_type = SHT_STRTAB;
        section.sh_addralign = 1;
        const std::uint16_t strings = file_.add(".dynstr", section, bytes_of(strings_));
        section.sh_type = SHT_DYNSYM;
        section.sh_link = strings;
        section.sh_info = 1;  // the first that is not local
        section.sh_entsize = sizeof(Elf64_Sym);
        section.sh_addralign = sizeof(Elf64_Addr);
        file_.add(".dynsym", section, bytes_of(kept_));
    }

    const ReadMemory& read_;
    std::size_t limit_;
    Segments image_;
    std::vector<Elf64_Sym> symbols_;
    std::vector<char> strings_;
    std::vector<Elf64_Phdr> loaded_;
    std::vector<Elf64_Sym> kept_ = std::vector<Elf64_Sym>(1);
    SymbolsFile file_;
};

}  // namespace

std::optional<std::string> mapped_symbols(RemoteAddr header, const ReadMemory& read, std::size_t limit) {
    return MappedSymbols(header, read, limit).run();
}

}  // namespace memray::elf
