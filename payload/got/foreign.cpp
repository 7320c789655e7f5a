// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/got/foreign.h"

#include <dlfcn.h>
#include <sys/mman.h>

#include <climits>

#include "payload/got/exports.h"
#include "payload/got/objects.h"
#include "payload/hooks/loader_hooks.h"
#include "payload/thread.h"

namespace memray::payload {
namespace {

// The object that holds a function.
struct Holder {
    const Hook* hook;
    std::uintptr_t function;
    bool found;
    bool exports;
    char name[PATH_MAX];  // empty: the executable
};

void look_into(const dl_phdr_info& info, void* data) noexcept {
    auto& holder = *static_cast<Holder*>(data);
    LoadedObject object;
    if (!object.read(info) || (object.protection_of(holder.function) & PROT_EXEC) == 0) { return; }
    if (object.image.contains(reinterpret_cast<std::uintptr_t>(&look_into))) { return; }
    holder.found = copy_text(info.dlpi_name, holder.name);
    for_each_export(object, holder.hook->name, holder.hook->name_hash, [&](const Elf64_Sym& symbol) {
        holder.exports |= object.bias + symbol.st_value == holder.function;
    });
}

// Whether a library that is loaded by this name stays loaded for good from now on.
bool keep_loaded(const char* name) noexcept {
    const auto open = reinterpret_cast<void* (*)(const char*, int)>(memray_original_dlopen[0]);
    // What the loader allocates for that is not the program's doing.
    const ActivityScope scope(Activity::kInOriginal);
    return open != nullptr && open(name, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE) != nullptr;
}

bool may_lead_on_to(const Hook& hook, std::uintptr_t function) noexcept {
    Holder holder;
    holder.hook = &hook;
    holder.function = function;
    holder.found = holder.exports = false;
    for_each_object(&look_into, &holder);
    return holder.found && (holder.exports || holder.name[0] == '\0' || keep_loaded(holder.name));
}

}  // namespace

bool ForeignFunctions::note(const Hook& hook, std::uintptr_t function) noexcept {
    for (std::size_t i = 0; i < count_; ++i) {
        if (entries_[i].hook == &hook && entries_[i].function == function) { return true; }
    }
    if (count_ == kMost) { return false; }
    entries_[count_++] = {&hook, function, false};
    return true;
}

void ForeignFunctions::judge() noexcept {
    for (std::size_t i = 0; i < count_; ++i) {
        entries_[i].accepted = may_lead_on_to(*entries_[i].hook, entries_[i].function);
    }
}

int ForeignFunctions::accept(const Hook& hook, std::uintptr_t function) const noexcept {
    for (std::size_t i = 0; i < count_; ++i) {
        if (entries_[i].hook != &hook || entries_[i].function != function || !entries_[i].accepted) { continue; }
        for (int v = 1; v < hook.variant_count; ++v) {
            void*& original = hook.original(v);
            if (original != nullptr) { continue; }
            __atomic_store_n(&original, reinterpret_cast<void*>(function), __ATOMIC_RELEASE);
            return v;
        }
    }
    return Hook::kNone;
}

}  // namespace memray::payload
