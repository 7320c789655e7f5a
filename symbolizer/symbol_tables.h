// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Turns names into the tables of a capture.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "injector/capture/profile.h"
#include "symbolizer/names.h"

namespace memray::symbolizer {

class SymbolTables {
public:
    // For the native frames of `profile`, without any names yet.
    explicit SymbolTables(const capture::Profile& profile) {
        symbols_.chains.resize(profile.native_frames.size());
        symbols_.modules.resize(profile.modules.size());
    }

    void set(std::uint32_t native_frame, const Names& names) {
        symbols_.chains[native_frame] = {static_cast<std::uint32_t>(symbols_.names.size()),
                                         static_cast<std::uint32_t>(names.size())};
        for (const Name& name : names) {
            symbols_.names.push_back({string(name.function), string(name.file), name.line});
        }
    }
    void set_source(std::uint32_t module, capture::ModuleSymbols source) { symbols_.modules[module] = source; }
    [[nodiscard]] capture::SymbolSource source(std::uint32_t module) const { return symbols_.modules[module].source; }
    [[nodiscard]] capture::Symbols take() { return std::move(symbols_); }

private:
    std::uint32_t string(const std::string& text) {
        const auto [at, added] = strings_.try_emplace(text, static_cast<std::uint32_t>(symbols_.strings.size()));
        if (added) { symbols_.strings.push_back(text); }
        return at->second;
    }

    capture::Symbols symbols_;
    std::unordered_map<std::string, std::uint32_t> strings_;
};

}  // namespace memray::symbolizer
