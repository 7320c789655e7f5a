// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/got/patch.h"

#include <sys/mman.h>

#include "payload/got/object.h"
#include "payload/got/seen_objects.h"
#include "payload/hooks/hook_table.h"
#include "payload/session.h"
#include "payload/syscalls.h"

namespace memray::payload {
namespace {

enum class Action { kInstall, kRestore };

bool contains(const char* text, const char* part) noexcept {
    for (; *text != '\0'; ++text) {
        std::size_t i = 0;
        while (part[i] != '\0' && text[i] == part[i]) { ++i; }
        if (part[i] == '\0') { return true; }
    }
    return false;
}

// Opens the object's RELRO pages for writing while in scope, but only if something has to be written there.
class RelroWindow {
public:
    explicit RelroWindow(const Range& relro) noexcept : relro_(relro) {}
    ~RelroWindow() {
        if (open_) { protect(PROT_READ); }
    }
    RelroWindow(const RelroWindow&) = delete;
    RelroWindow& operator=(const RelroWindow&) = delete;

    [[nodiscard]] bool make_writable(std::uintptr_t address) noexcept {
        if (open_ || !relro_.contains(address)) { return true; }
        open_ = protect(PROT_READ | PROT_WRITE);
        return open_;
    }

private:
    bool protect(int protection) const noexcept {
        return raw_syscall(SYS_mprotect, static_cast<long>(relro_.begin), static_cast<long>(relro_.end - relro_.begin),
                           protection) == 0;
    }
    Range relro_;
    bool open_{false};
};

// What a word must hold to be ours to change: for a PLT slot not yet bound, the object's own PLT stub counts as the
// original.
bool is_expected(const LoadedObject& object, const Hook& hook, void* value, Action action, bool lazy) noexcept {
    if (action == Action::kRestore) { return value == hook.hook; }
    return value == *hook.original || (lazy && object.image.contains(reinterpret_cast<std::uintptr_t>(value)));
}

void patch_word(const LoadedObject& object, const Hook& hook, std::uintptr_t address, Action action, bool lazy,
                RelroWindow& window) noexcept {
    auto* word = reinterpret_cast<void**>(address);
    if (!is_expected(object, hook, __atomic_load_n(word, __ATOMIC_RELAXED), action, lazy)) { return; }
    if (!window.make_writable(address)) {
        newest_session()->control->losses.unpatched.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    __atomic_store_n(word, action == Action::kInstall ? hook.hook : *hook.original, __ATOMIC_RELEASE);
}

void patch_table(const LoadedObject& object, const RelocationTable& table, Action action,
                 RelroWindow& window) noexcept {
    for (std::size_t i = 0; i < table.count; ++i) {
        const Elf64_Rela& relocation = table.entries[i];
        const auto type = ELF64_R_TYPE(relocation.r_info);
        const bool plain = type == R_X86_64_64 && relocation.r_addend == 0;
        if (type != R_X86_64_JUMP_SLOT && type != R_X86_64_GLOB_DAT && !plain) { continue; }
        const Elf64_Sym& symbol = object.symbols[ELF64_R_SYM(relocation.r_info)];
        const Hook* hook = find_hook(object.strings + symbol.st_name);
        if (hook == nullptr || *hook->original == nullptr) { continue; }
        // A PLT slot of a function that the object does not define itself may not be bound yet.
        const bool lazy = type == R_X86_64_JUMP_SLOT && symbol.st_shndx == SHN_UNDEF;
        patch_word(object, *hook, object.bias + relocation.r_offset, action, lazy, window);
    }
}

bool is_excluded(const dl_phdr_info& info, const LoadedObject& object) noexcept {
    const auto payload = reinterpret_cast<std::uintptr_t>(&install_hooks);
    return object.image.contains(payload) || contains(info.dlpi_name, "/ld-linux") ||
           contains(info.dlpi_name, "/ld-musl") || contains(info.dlpi_name, "linux-vdso");
}

// Scans are serialised by the loader's list lock, which dl_iterate_phdr holds around its callbacks.
SeenObjects patched;

void patch_object(const dl_phdr_info& info, Action action) noexcept {
    LoadedObject object;
    if (!object.read(info) || is_excluded(info, object)) { return; }
    RelroWindow window(object.relro);
    patch_table(object, object.plt, action, window);
    patch_table(object, object.data, action, window);
}

int install_into(dl_phdr_info* info, std::size_t /*size*/, void* /*unused*/) noexcept {
    patched.begin_scan(info->dlpi_subs);
    if (patched.add(reinterpret_cast<std::uintptr_t>(info->dlpi_phdr))) { patch_object(*info, Action::kInstall); }
    return 0;
}

int restore_in(dl_phdr_info* info, std::size_t /*size*/, void* /*unused*/) noexcept {
    patched.forget();
    patch_object(*info, Action::kRestore);
    return 0;
}

}  // namespace

void install_hooks() noexcept { ::dl_iterate_phdr(&install_into, nullptr); }
void restore_hooks() noexcept { ::dl_iterate_phdr(&restore_in, nullptr); }

}  // namespace memray::payload
