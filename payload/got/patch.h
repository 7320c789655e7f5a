// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Redirects calls by rewriting the words that the dynamic linker filled in: every relocation of every loaded object
// that holds the address of a hooked function (PLT slots, GOT entries, initialised pointers), except in the loader, the
// vdso and the payload. One aligned store per word, so other threads may run meanwhile.
//
// A word that holds something else than the original (another allocator bound by RTLD_DEEPBIND, a hook of somebody
// else) is left alone. Restoring walks the same relocations and puts back the words that still hold our hook.
#pragma once

namespace memray::payload {

// Also finds objects loaded since the last call. Takes the loader's list lock (dl_iterate_phdr): never from an
// allocator hook.
void install_hooks() noexcept;
void restore_hooks() noexcept;

}  // namespace memray::payload
