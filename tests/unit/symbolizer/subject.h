// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Files to symbolize, and what other tools say about them.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "injector/capture/profile.h"
#include "symbolizer/names.h"
#include "symbolizer/options.h"

namespace memray::symbolizer {

inline bool operator==(const Name& a, const Name& b) {
    return a.function == b.function && a.file == b.file && a.line == b.line;
}
inline std::ostream& operator<<(std::ostream& out, const Name& name) {
    return out << name.function << " at " << name.file << ':' << name.line;
}

}  // namespace memray::symbolizer

namespace memray::tests {

// The libraries made from tests/targets/symbols: the same sources, compiled differently.
[[nodiscard]] std::string shapes();
[[nodiscard]] std::string shapes_upgraded();

// Their sources.
[[nodiscard]] std::string shapes_source();
[[nodiscard]] std::string plain_source();

// Runs a shell command that must succeed, and returns what it printed.
std::string run_tool(const std::string& command);

// Where the instructions of a file's .text begin; `kind`: only such ones.
[[nodiscard]] std::vector<std::uint64_t> instructions(const std::string& path, const std::string& kind = "");
// What `tool` (eu-addr2line, or binutils' addr2line) names them, from the outermost function to the innermost.
[[nodiscard]] std::vector<symbolizer::Names> named_by(const std::string& tool, const std::string& path,
                                                      const std::vector<std::uint64_t>& addresses);

// A module as a recorder sees it that finds it at `path` now.
[[nodiscard]] capture::Module module_of(const std::string& path);
// A profile with one module and these addresses as places where a signal arrived: just what is looked up.
[[nodiscard]] capture::Profile profile_of(const capture::Module& module, const std::vector<std::uint64_t>& addresses);

// The names of all native frames of a profile.
[[nodiscard]] std::vector<symbolizer::Names> names_in(const capture::Symbols& symbols);
// As symbolize() finds them, with no server asked. `source`, if given, gets what the first module's names come from.
[[nodiscard]] std::vector<symbolizer::Names> symbolized(const capture::Profile& profile,
                                                        symbolizer::Options options = {},
                                                        capture::SymbolSource* source = nullptr);

// Only the functions of some names.
[[nodiscard]] std::vector<std::string> functions(const symbolizer::Names& names);
// The number of the line of a source file that has `text` in it.
[[nodiscard]] std::uint32_t line_with(const std::string& file, const std::string& text);

}  // namespace memray::tests
