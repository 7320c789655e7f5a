// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/demangle.h"

#include <demangle.h>

#include <cstdlib>
#include <memory>

namespace memray::symbolizer {
namespace {

// Nobody reads more, and demangling a hostile name can take long.
constexpr std::size_t kMaxLength = 16'384;
constexpr int kOptions = DMGL_PARAMS | DMGL_ANSI | DMGL_TYPES;

using Text = std::unique_ptr<char, decltype(&std::free)>;

}  // namespace

std::string demangled(const std::string& name) {
    if (name.size() > kMaxLength || !(name.starts_with("_Z") || name.starts_with("_R"))) { return name; }
    // Rust first: its older mangling looks like C++ but for a hash at the end.
    Text text(::rust_demangle(name.c_str(), DMGL_ANSI), std::free);
    if (!text) { text.reset(::cplus_demangle_v3(name.c_str(), kOptions)); }
    return text ? text.get() : name;
}

}  // namespace memray::symbolizer
