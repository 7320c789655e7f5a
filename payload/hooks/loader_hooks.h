// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Noticing libraries that are loaded later.
//
// glibc's dlopen searches relative to its caller, which it finds by the return address, so our hooks must not be
// callers: each runs note_loader_call() and then jumps to the original with registers and stack untouched. Control does
// not come back after dlopen; what it loaded is looked at at the thread's next loader call, and programs that load a
// library look a symbol up in it (CPython does dlsym right after dlopen, for extension modules and in ctypes).
#pragma once

#include "payload/hooks/variants.h"

namespace memray::payload {

inline constexpr std::size_t kLoaderHookSize = 32;

// Called from the hooks. `changes`: this call is going to load or unload something.
extern "C" void note_loader_call(bool changes) noexcept;

}  // namespace memray::payload

extern "C" {
// memray_hooks_dlopen and so on: the hooks of all variants, kLoaderHookSize bytes of code each; and where they jump to.
#define MEMRAY_LOADER_HOOK(name)                                                            \
    [[gnu::visibility("hidden")]] extern const unsigned char                                \
        memray_hooks_##name[memray::payload::kVariants * memray::payload::kLoaderHookSize]; \
    [[gnu::visibility("hidden")]] extern void* memray_original_##name[memray::payload::kVariants];
MEMRAY_LOADER_HOOKS(MEMRAY_LOADER_HOOK)
#undef MEMRAY_LOADER_HOOK
}
