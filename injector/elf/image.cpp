// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/elf/image.h"

#include <elf.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "injector/elf/segments.h"

namespace memray::elf {
namespace {

constexpr std::size_t kMaxChain = 4096;
constexpr std::size_t kMaxName = 256;

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
    const Segments segments = read_segments(read, header);
    const auto tables = read_dynamic_tables(segments, read);
    if (!tables) { return std::nullopt; }
    return Image(std::move(read), segments.bias, *tables);
}

template <typename T>
std::optional<T> Image::try_get(RemoteAddr address) const {
    T value;
    if (!read_(address, &value, sizeof value)) { return std::nullopt; }
    return value;
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
