// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Redirects calls by rewriting the words by which the dynamic linker binds callers to functions. In every loaded object
// except the loader, the vdso and the payload:
// - every relocation that names a hooked function (PLT slots, GOT entries, initialised pointers), whatever it holds;
// - the values of the allocation functions that it exports. By these the dynamic linker binds what it loads later,
//   before the first constructor of that runs, and finds what dlsym and dlvsym are asked for.
// One aligned store per word, so other threads may run meanwhile.
//
// Each word gets the variant of the hook that leads on to what it held (variants.h), be that another library's hook.
// Only what is no code of a loaded object is left alone, and counted as unpatched; so are, uncounted, initialised
// pointers that hold something else, as the program may have set them. Restoring puts back the words that still hold
// our hook; where another library has put its own in front meanwhile, ours stay and pass everything on.
#pragma once

namespace memray::payload {

// Also finds objects loaded since the last call. Takes the loader's locks: never from an allocator hook.
void install_hooks() noexcept;
void restore_hooks() noexcept;

}  // namespace memray::payload
