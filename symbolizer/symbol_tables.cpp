// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/symbol_tables.h"

namespace memray::symbolizer {

SymbolTables::SymbolTables(const capture::Profile& profile) {
    symbols_.chains.resize(profile.native_frames.size());
    symbols_.modules.resize(profile.modules.size());
}

void SymbolTables::set(std::uint32_t native_frame, const Names& names) {
    symbols_.chains[native_frame] = {static_cast<std::uint32_t>(symbols_.names.size()),
                                     static_cast<std::uint32_t>(names.size())};
    for (const Name& name : names) { symbols_.names.push_back({string(name.function), string(name.file), name.line}); }
}

std::uint32_t SymbolTables::string(const std::string& text) {
    const auto [at, added] = strings_.try_emplace(text, static_cast<std::uint32_t>(symbols_.strings.size()));
    if (added) { symbols_.strings.push_back(text); }
    return at->second;
}

}  // namespace memray::symbolizer
