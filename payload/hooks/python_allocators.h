// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Our functions in front of the raw, mem and obj domains of CPython (PyMem_SetAllocator): of all three with
// --trace-python-allocators, else of mem and obj where large requests would go unseen (large_requests.h).
//
// Each domain has its own set of functions and leaves `ctx` alone, so any mix of old and new members that another
// thread may see while we switch is valid; no GIL is needed (the contract asks only that the new allocator wraps the
// old one). Like other hooks these are there in variants (variants.h): somebody who has wrapped ours, and still does
// when the next recording starts, is wrapped in turn by another variant, as the first one must go on to what it did.
#pragma once

namespace memray::payload {

// As the flags of the newest session say.
void install_python_allocators() noexcept;
// Puts back the domains that are still ours; somebody else's wrapper around us stays, and goes on through us.
void restore_python_allocators() noexcept;

}  // namespace memray::payload
