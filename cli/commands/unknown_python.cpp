// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/unknown_python.h"

#include <fmt/format.h>

#include "injector/base/printable.h"
#include "injector/session/region.h"

namespace memray::cli {

void warn_of_unknown_python(const session::Target& target) {
    if (session::reads_python_frames(target.region)) { return; }
    base::tell(fmt::format("CPython {} is newer than this memray knows: recording without Python stacks",
                           target.python_version));
}

}  // namespace memray::cli
