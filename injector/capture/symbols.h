// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The names of native frames, as the symbolizer found them: with them in the capture, reports need none of the files.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace memray::capture {

// A function at a native frame's address.
struct Symbol {
    std::uint32_t function{0};  // strings
    std::uint32_t file{0};      // strings; an empty one if not known
    std::uint32_t line{0};      // 0: not known
};
// Symbols [first, first + count) of a native frame: the function that holds the address, then the functions inlined
// there, from the outermost to the innermost. None: no name was found.
struct SymbolChain {
    std::uint32_t first{0};
    std::uint32_t count{0};
};

// What the names of a module come from.
enum class SymbolSource : std::uint8_t {
    kNotUsed = 0,          // none of its addresses were looked up
    kMissing = 1,          // there is no such file
    kMismatch = 2,         // there is one, but not the one that was loaded
    kUnreadable = 3,       // there is one, but it cannot be read or is damaged
    kNone = 4,             // the file has no symbols
    kDynamicSymbols = 5,   // exported functions only
    kMiniDebugInfo = 6,    // functions only
    kSymbolTable = 7,      // functions only
    kDebugInformation = 8  // functions, inlined functions, files and lines
};
inline constexpr SymbolSource kLastSymbolSource = SymbolSource::kDebugInformation;

struct ModuleSymbols {
    SymbolSource source{SymbolSource::kNotUsed};
    bool kept{false};  // they come from what the recorder kept of it (Profile::kept_symbols)
};

struct Symbols {
    std::vector<std::string> strings;
    std::vector<Symbol> names;
    std::vector<SymbolChain> chains;     // one for each native frame
    std::vector<ModuleSymbols> modules;  // one for each module

    // Whether somebody looked for names at all.
    [[nodiscard]] bool present() const noexcept { return !chains.empty(); }
    [[nodiscard]] std::span<const Symbol> of(std::uint32_t native_frame) const {
        if (native_frame >= chains.size()) { return {}; }
        return std::span(names).subspan(chains[native_frame].first, chains[native_frame].count);
    }
};

}  // namespace memray::capture
