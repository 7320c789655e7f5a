// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// How the names of a module travel from a worker process.
#pragma once

#include "injector/capture/format.h"
#include "symbolizer/names.h"

namespace memray::symbolizer {

[[nodiscard]] capture::Bytes encode_names(const ModuleNames& names);
// Throws capture::Corrupt.
[[nodiscard]] ModuleNames decode_names(const capture::Bytes& bytes);

}  // namespace memray::symbolizer
