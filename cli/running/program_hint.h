// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What somebody probably meant whose script is none.
#pragma once

#include <string>

#include "cli/running/program.h"

namespace memray::cli {

// Of a script that is not there: the end of a sentence that begins with that; empty if nothing is likely.
[[nodiscard]] std::string hint_for_missing(const Program& script);

// Of one that is machine code. memray 1.20 says nothing beside the error.
[[nodiscard]] std::string hint_for_binary(const Program& script);

}  // namespace memray::cli
