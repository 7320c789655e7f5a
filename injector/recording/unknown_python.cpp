// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/recording/unknown_python.h"

#include <fmt/format.h>

#include "injector/base/printable.h"
#include "injector/region/region.h"

namespace memray::recording {

void warn_of_unknown_python(const region::Target& target) {
    if (region::reads_python_frames(target.region)) { return; }
    base::tell(fmt::format("CPython {} is newer than this memray knows: recording without Python stacks",
                           target.python_version));
}

}  // namespace memray::recording
