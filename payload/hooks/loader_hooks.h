// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Noticing libraries that are loaded later.
//
// glibc's dlopen searches relative to its caller, which it finds by the return address, so our hooks must not be
// callers: each runs note_loader_call() and then jumps to the original with registers and stack untouched. Control does
// not come back after dlopen; what it loaded is patched at the thread's next loader call, and programs that load a
// library look a symbol up in it (CPython does dlsym right after dlopen, for extension modules and in ctypes).
#pragma once

namespace memray::payload {

// Called from the stubs. `changes`: this call is going to load or unload something.
extern "C" void note_loader_call(bool changes) noexcept;
// Sets where the stubs jump to. Before any hook is installed.
void bind_loader_hooks() noexcept;

}  // namespace memray::payload
