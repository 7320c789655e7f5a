// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// All objects that are loaded, in the program's namespace and in those that dlmopen has made.
#pragma once

#include <link.h>

namespace memray::payload {

using VisitObject = void (*)(const dl_phdr_info& info, void* data);

// Calls visit(info, data) for each, under the loader's list lock, so one thread at a time, and none comes or goes
// meanwhile. Not from an allocator hook, as somebody may allocate with that lock held. Other namespaces are seen with
// glibc from 2.35 on; before, what they hold is left alone.
void for_each_object(VisitObject visit, void* data) noexcept;

}  // namespace memray::payload
