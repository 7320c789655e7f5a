// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What is known about one address, before it becomes a part of the symbol tables.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "injector/capture/format.h"
#include "injector/capture/symbols.h"

namespace memray::symbolizer {

struct Name {
    std::string function;
    std::string file;       // empty: not known
    std::uint32_t line{0};  // 0: not known
};
// The function at an address, then the functions inlined there, from the outermost to the innermost; empty: no name.
using Names = std::vector<Name>;

struct ModuleNames {
    capture::SymbolSource source{capture::SymbolSource::kNotUsed};
    bool kept{false};       // of the capture's own copy of the symbols
    std::vector<Names> of;  // in the order of the addresses asked for
};

// How they travel from a worker process.
[[nodiscard]] capture::Bytes encode_names(const ModuleNames& names);
// Throws capture::Corrupt.
[[nodiscard]] ModuleNames decode_names(const capture::Bytes& bytes);

}  // namespace memray::symbolizer
