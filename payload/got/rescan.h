// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// When to patch libraries that were loaded after the start. An object that another thread is still relocating must not
// be touched: its words are about to be written and its pages to be protected.
#pragma once

#include "payload/thread.h"

namespace memray::payload {

// The calling thread is about to run dlopen or dlclose; objects loaded from now on want patching.
void enter_loader() noexcept;

[[gnu::noinline]] void note_left_loader() noexcept;
// The calling thread is seen outside the loader: its last dlopen is over.
inline void leave_loader() noexcept {
    if ((this_thread.loading & kMayRelocate) != 0) [[unlikely]] { note_left_loader(); }
}

// Patches new objects, unless another thread is inside dlopen; then a later call does.
void rescan_if_wanted() noexcept;

}  // namespace memray::payload
