// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The words of an object that say where a hooked function is: what its relocations have filled in, and what it exports.
#pragma once

#include "payload/got/exports.h"
#include "payload/hooks/hook_table.h"

namespace memray::payload {

enum class WordKind {
    kCall,    // GOT entry of an object that uses the function: nothing but the dynamic linker writes it
    kLazy,    // the same, bound at the first call: until then it leads to a stub of the object itself
    kData,    // initialised variable, which the program may have set to something else
    kExport,  // value of an exported symbol: what others will be bound to, or find with dlsym
};

struct HookedWord {
    const Hook* hook;
    WordKind kind;
    std::uintptr_t* place;
    std::uintptr_t bias;  // what it holds is relative to
    // Where a program that is not position-independent takes the function's address, its own stub is that address for
    // everybody; else 0.
    std::uintptr_t canonical_stub;

    [[nodiscard]] std::uintptr_t value() const noexcept { return __atomic_load_n(place, __ATOMIC_RELAXED) + bias; }
};

template <typename Found>
void for_each_relocated_word(const LoadedObject& object, const RelocationTable& table, Found found) noexcept {
    for (std::size_t i = 0; i < table.count; ++i) {
        const Elf64_Rela& relocation = table.entries[i];
        const auto type = ELF64_R_TYPE(relocation.r_info);
        const bool plain = type == R_X86_64_64 && relocation.r_addend == 0;
        if (type != R_X86_64_JUMP_SLOT && type != R_X86_64_GLOB_DAT && !plain) { continue; }
        const Elf64_Sym& symbol = object.symbols[ELF64_R_SYM(relocation.r_info)];
        const Hook* hook = find_hook(object.strings + symbol.st_name);
        if (hook == nullptr) { continue; }
        const bool lazy = type == R_X86_64_JUMP_SLOT && symbol.st_shndx == SHN_UNDEF;
        const WordKind kind = plain ? WordKind::kData : lazy ? WordKind::kLazy : WordKind::kCall;
        const bool stub = symbol.st_shndx == SHN_UNDEF && symbol.st_value != 0;
        auto* place = reinterpret_cast<std::uintptr_t*>(object.bias + relocation.r_offset);
        found(HookedWord{hook, kind, place, 0, stub ? object.bias + symbol.st_value : 0});
    }
}

// What allocates. The loader's functions are not touched where they are exported: memray itself looks them up when it
// attaches again.
template <typename Found>
void for_each_exported_word(const LoadedObject& object, Found found) noexcept {
    std::size_t count = 0;
    const Hook* hooks = hook_table(count);
    for (std::size_t i = 0; i < count; ++i) {
        if (!hooks[i].allocates) { continue; }
        for_each_export(object, hooks[i].name, hooks[i].name_hash, [&](const Elf64_Sym& symbol) {
            auto* place = const_cast<std::uintptr_t*>(&symbol.st_value);
            if (reinterpret_cast<std::uintptr_t>(place) % sizeof *place != 0) { return; }
            found(HookedWord{&hooks[i], WordKind::kExport, place, object.bias, 0});
        });
    }
}

}  // namespace memray::payload
