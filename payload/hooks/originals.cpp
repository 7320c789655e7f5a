// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/hooks/originals.h"

#include "payload/got/object.h"
#include "payload/hooks/hook_table.h"

// Never run: makes the linker give us a PLT slot for each function, weak so that a missing one does not keep the
// library from loading.
#define MEMRAY_PLT_REFERENCE(name) ".weak " #name "\n call " #name "@PLT\n"
__asm__(
    ".pushsection .text.memray_plt_references, \"ax\", @progbits\n" MEMRAY_HOOKS(MEMRAY_PLT_REFERENCE) ".popsection\n");

namespace memray::payload {

Originals originals[kVariants];

namespace {

// In a position-independent executable (unit tests) the linker may bind these calls through GLOB_DAT words instead.
void bind_table(const LoadedObject& object, const RelocationTable& table) noexcept {
    for (std::size_t i = 0; i < table.count; ++i) {
        const Elf64_Rela& relocation = table.entries[i];
        const auto type = ELF64_R_TYPE(relocation.r_info);
        if (type != R_X86_64_JUMP_SLOT && type != R_X86_64_GLOB_DAT) { continue; }
        const Elf64_Sym& symbol = object.symbols[ELF64_R_SYM(relocation.r_info)];
        const Hook* hook = find_hook(object.strings + symbol.st_name);
        if (hook == nullptr) { continue; }
        hook->original(0) = *reinterpret_cast<void**>(object.bias + relocation.r_offset);
    }
}

int bind_own_object(dl_phdr_info* info, std::size_t /*size*/, void* /*unused*/) noexcept {
    LoadedObject object;
    if (!object.read(*info) || !object.image.contains(reinterpret_cast<std::uintptr_t>(&originals))) { return 0; }
    bind_table(object, object.data);
    bind_table(object, object.plt);
    return 1;
}

bool bound = false;

}  // namespace

void bind_originals() noexcept {
    if (!bound) { ::dl_iterate_phdr(&bind_own_object, nullptr); }
    bound = true;
}

}  // namespace memray::payload
