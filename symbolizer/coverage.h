// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// How many native frames have names, and why others have none: what the user is told.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "injector/capture/profile.h"

namespace memray::symbolizer {

struct ModuleCoverage {
    std::uint32_t module{capture::kNoModule};  // kNoModule: code made at run time
    std::size_t addresses{0};
    std::size_t with_line{0};
    std::size_t with_function{0};  // but no line
    std::size_t unnamed{0};
};

// For each module with addresses, the one with most of them first.
[[nodiscard]] std::vector<ModuleCoverage> coverage(const capture::Profile& profile, const capture::Symbols& symbols);

// "1,234 addresses: 1,200 with function and line, 20 with function only (no debug information: libfoo.so.1), 14 without
// a name (not found: libbar.so)".
[[nodiscard]] std::string coverage_text(const capture::Profile& profile, const capture::Symbols& symbols);
// A line for each module.
[[nodiscard]] std::string coverage_table(const capture::Profile& profile, const capture::Symbols& symbols);

// Why a module's addresses have no names, or no lines.
[[nodiscard]] std::string_view reason(capture::SymbolSource source);
// The last part of a path.
[[nodiscard]] std::string file_name(const std::string& path);

}  // namespace memray::symbolizer
