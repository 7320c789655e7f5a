// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/elf/image.h"

#include <elf.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

namespace memray::elf {
namespace {

constexpr std::size_t kMaxProgramHeaders = 256;
constexpr std::size_t kMaxDynamicEntries = 4096;
constexpr std::size_t kMaxChain = 4096;
constexpr std::size_t kMaxName = 256;

bool is_usable(const Elf64_Ehdr& header) {
    return std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 && header.e_ident[EI_CLASS] == ELFCLASS64 &&
           header.e_machine == EM_X86_64 && header.e_phentsize == sizeof(Elf64_Phdr) && header.e_phnum > 0 &&
           header.e_phnum <= kMaxProgramHeaders;
}

std::uint32_t gnu_hash_of(std::string_view name) {
    std::uint32_t hash = 5381;
    for (const char letter : name) { hash = hash * 33 + static_cast<unsigned char>(letter); }
    return hash;
}

std::uint32_t sysv_hash_of(std::string_view name) {
    std::uint32_t hash = 0;
    for (const char letter : name) {
        hash = (hash << 4U) + static_cast<unsigned char>(letter);
        const std::uint32_t high = hash & 0xf0000000U;
        hash = (hash ^ (high >> 24U)) & ~high;
    }
    return hash;
}

bool is_exported_definition(const Elf64_Sym& symbol) {
    const auto type = ELF64_ST_TYPE(symbol.st_info);
    return symbol.st_shndx != SHN_UNDEF && symbol.st_value != 0 && type != STT_TLS && type != STT_GNU_IFUNC;
}

}  // namespace

std::optional<Image> Image::try_read(RemoteAddr header, ReadMemory read) {
    Image image(std::move(read));
    if (!image.locate_tables(header)) { return std::nullopt; }
    return image;
}

template <typename T>
std::optional<T> Image::try_get(RemoteAddr address) const {
    T value;
    if (!read_(address, &value, sizeof value)) { return std::nullopt; }
    return value;
}

bool Image::locate_tables(RemoteAddr header_address) {
    const auto header = try_get<Elf64_Ehdr>(header_address);
    if (!header || !is_usable(*header)) { return false; }
    std::vector<Elf64_Phdr> segments(header->e_phnum);
    if (!read_(header_address + header->e_phoff, segments.data(), segments.size() * sizeof(Elf64_Phdr))) {
        return false;
    }
    bias_ = header_address;
    for (const Elf64_Phdr& segment : segments) {
        if (segment.p_type == PT_LOAD && segment.p_offset == 0) { bias_ = header_address - segment.p_vaddr; }
    }
    for (const Elf64_Phdr& segment : segments) {
        if (segment.p_type == PT_DYNAMIC) {
            read_dynamic(bias_ + segment.p_vaddr, segment.p_memsz / sizeof(Elf64_Dyn));
        }
    }
    return !tables_.symbols.is_null() && !tables_.strings.is_null() &&
           !(tables_.gnu_hash.is_null() && tables_.sysv_hash.is_null());
}

void Image::read_dynamic(RemoteAddr dynamic, std::size_t count) {
    std::vector<Elf64_Dyn> entries(std::min(count, kMaxDynamicEntries));
    if (!read_(dynamic, entries.data(), entries.size() * sizeof(Elf64_Dyn))) { return; }
    for (const Elf64_Dyn& entry : entries) {
        switch (entry.d_tag) {
            case DT_NULL:
                return;
            case DT_SYMTAB:
                tables_.symbols = relocated(entry.d_un.d_ptr);
                break;
            case DT_STRTAB:
                tables_.strings = relocated(entry.d_un.d_ptr);
                break;
            case DT_STRSZ:
                tables_.strings_size = entry.d_un.d_val;
                break;
            case DT_GNU_HASH:
                tables_.gnu_hash = relocated(entry.d_un.d_ptr);
                break;
            case DT_HASH:
                tables_.sysv_hash = relocated(entry.d_un.d_ptr);
                break;
            default:
                break;
        }
    }
}

// glibc writes final addresses into the dynamic section, musl leaves what the linker wrote.
RemoteAddr Image::relocated(std::uint64_t pointer) const {
    const RemoteAddr address(pointer);
    return address < bias_ ? bias_ + pointer : address;
}

std::optional<RemoteAddr> Image::find(std::string_view name) const {
    std::optional<RemoteAddr> first;
    visit(name, [&first](RemoteAddr address) {
        first = address;
        return false;
    });
    return first;
}

std::vector<RemoteAddr> Image::find_all(std::string_view name) const {
    std::vector<RemoteAddr> all;
    visit(name, [&all](RemoteAddr address) {
        all.push_back(address);
        return true;
    });
    return all;
}

void Image::visit(std::string_view name, const Found& found) const {
    if (name.empty() || name.size() > kMaxName) { return; }
    if (tables_.gnu_hash.is_null()) {
        visit_sysv_hash(name, found);
    } else {
        visit_gnu_hash(name, found);
    }
}

// header: buckets, index of the first hashed symbol, 64-bit words of the Bloom filter, its shift; then the filter, the
// buckets, and one hash per symbol, whose lowest bit marks the end of a chain.
void Image::visit_gnu_hash(std::string_view name, const Found& found) const {
    const auto header = try_get<std::array<std::uint32_t, 4>>(tables_.gnu_hash);
    if (!header || (*header)[0] == 0) { return; }
    const auto [buckets, first, filter_words, shift] = *header;
    const std::uint32_t hash = gnu_hash_of(name);
    const RemoteAddr bucket_table = tables_.gnu_hash + sizeof *header + std::uint64_t{filter_words} * 8;
    const RemoteAddr chains = bucket_table + std::uint64_t{buckets} * 4;
    const auto bucket = try_get<std::uint32_t>(bucket_table + std::uint64_t{hash % buckets} * 4);
    if (!bucket || *bucket < first) { return; }
    std::uint32_t index = *bucket;
    for (std::size_t steps = 0; steps < kMaxChain; ++steps, ++index) {
        const auto entry = try_get<std::uint32_t>(chains + std::uint64_t{index - first} * 4);
        if (!entry) { return; }
        if ((*entry | 1U) == (hash | 1U)) {
            const auto address = match(index, name);
            if (address && !found(*address)) { return; }
        }
        if ((*entry & 1U) != 0) { return; }
    }
}

// header: buckets, chains; then the buckets and the chains, both symbol indices, 0 ends.
void Image::visit_sysv_hash(std::string_view name, const Found& found) const {
    const auto header = try_get<std::array<std::uint32_t, 2>>(tables_.sysv_hash);
    if (!header || (*header)[0] == 0) { return; }
    const auto [buckets, chain_count] = *header;
    const RemoteAddr bucket_table = tables_.sysv_hash + sizeof *header;
    const RemoteAddr chains = bucket_table + std::uint64_t{buckets} * 4;
    auto index = try_get<std::uint32_t>(bucket_table + std::uint64_t{sysv_hash_of(name) % buckets} * 4);
    for (std::size_t steps = 0; steps < kMaxChain && index && *index != 0 && *index < chain_count; ++steps) {
        const auto address = match(*index, name);
        if (address && !found(*address)) { return; }
        index = try_get<std::uint32_t>(chains + std::uint64_t{*index} * 4);
    }
}

std::optional<RemoteAddr> Image::match(std::uint32_t index, std::string_view name) const {
    const auto symbol = try_get<Elf64_Sym>(tables_.symbols + std::uint64_t{index} * sizeof(Elf64_Sym));
    if (!symbol || !is_exported_definition(*symbol)) { return std::nullopt; }
    if (symbol->st_name >= tables_.strings_size || tables_.strings_size - symbol->st_name <= name.size()) {
        return std::nullopt;
    }
    std::string found(name.size() + 1, '\0');
    if (!read_(tables_.strings + symbol->st_name, found.data(), found.size())) { return std::nullopt; }
    if (found.back() != '\0' || found.compare(0, name.size(), name) != 0) { return std::nullopt; }
    return bias_ + symbol->st_value;
}

}  // namespace memray::elf
