// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// --trace-python-allocators: our functions in front of the raw, mem and obj domains of CPython (PyMem_SetAllocator).
//
// Each domain has its own set of functions and leaves `ctx` alone, so any mix of old and new members that another
// thread may see while we switch is valid; no GIL is needed (the contract asks only that the new allocator wraps the
// old one).
#pragma once

namespace memray::payload {

void install_python_allocators() noexcept;
// Puts back the domains that are still ours; somebody else's wrapper around us stays, and goes on through us.
void restore_python_allocators() noexcept;

}  // namespace memray::payload
