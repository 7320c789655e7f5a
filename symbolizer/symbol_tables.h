// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Turns names into the tables of a capture.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "injector/capture/profile.h"
#include "symbolizer/names.h"

namespace memray::symbolizer {

class SymbolTables {
public:
    // For the native frames of `profile`, without any names yet.
    explicit SymbolTables(const capture::Profile& profile);

    void set(std::uint32_t native_frame, const Names& names);
    void set_source(std::uint32_t module, capture::ModuleSymbols source) { symbols_.modules[module] = source; }
    [[nodiscard]] capture::SymbolSource source(std::uint32_t module) const { return symbols_.modules[module].source; }
    [[nodiscard]] capture::Symbols take() { return std::move(symbols_); }

private:
    std::uint32_t string(const std::string& text);

    capture::Symbols symbols_;
    std::unordered_map<std::string, std::uint32_t> strings_;
};

}  // namespace memray::symbolizer
