// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The functions that an object exports: what the dynamic linker finds when it binds somebody else to them.
#pragma once

#include <array>

#include "payload/got/object.h"
#include "payload/text.h"

namespace memray::payload {

// A function of this name that others can be bound to. Those whose address is found by calling a resolver do not count.
inline bool is_export(const LoadedObject& object, const Elf64_Sym& symbol, const char* name) noexcept {
    const auto visibility = ELF64_ST_VISIBILITY(symbol.st_other);
    return symbol.st_shndx != SHN_UNDEF && symbol.st_value != 0 && ELF64_ST_TYPE(symbol.st_info) == STT_FUNC &&
           ELF64_ST_BIND(symbol.st_info) != STB_LOCAL && (visibility == STV_DEFAULT || visibility == STV_PROTECTED) &&
           same_text(object.strings + symbol.st_name, name);
}

// DT_GNU_HASH: buckets, index of the first hashed symbol, 64-bit words of the Bloom filter, its shift; then the filter,
// the buckets, and one hash per symbol, whose lowest bit marks the end of a chain.
template <typename Found>
void for_each_gnu_export(const LoadedObject& object, const char* name, std::uint32_t hash, Found found) noexcept {
    const std::uint32_t* const header = object.gnu_hash;
    const auto [buckets, first, filter_words, shift] =
        std::array<std::uint32_t, 4>{header[0], header[1], header[2], header[3]};
    if (buckets == 0 || filter_words == 0) { return; }
    const auto* filter = reinterpret_cast<const std::uint64_t*>(header + 4);
    const std::uint64_t bits = (1ULL << (hash % 64)) | (1ULL << ((hash >> shift) % 64));
    if ((filter[hash / 64 % filter_words] & bits) != bits) { return; }
    const auto* bucket_table = reinterpret_cast<const std::uint32_t*>(filter + filter_words);
    const std::uint32_t* chains = bucket_table + buckets;
    std::uint32_t index = bucket_table[hash % buckets];
    if (index < first) { return; }
    for (bool last = false; !last; ++index) {
        const std::uint32_t entry = chains[index - first];
        if ((entry | 1U) == (hash | 1U) && is_export(object, object.symbols[index], name)) {
            found(object.symbols[index]);
        }
        last = (entry & 1U) != 0;
    }
}

// Calls found(const Elf64_Sym&) for each version of an exported function. `hash` is that of DT_GNU_HASH. Objects that
// have a hash table of the older kind only have few symbols.
template <typename Found>
void for_each_export(const LoadedObject& object, const char* name, std::uint32_t hash, Found found) noexcept {
    if (object.gnu_hash != nullptr) { return for_each_gnu_export(object, name, hash, found); }
    const std::uint32_t count = object.sysv_hash == nullptr ? 0 : object.sysv_hash[1];
    for (std::uint32_t index = 0; index < count; ++index) {
        if (is_export(object, object.symbols[index], name)) { found(object.symbols[index]); }
    }
}

}  // namespace memray::payload
