// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What a function is called: by its symbol, and by debug information.
#pragma once

#include <elfutils/libdw.h>

#include <string>

namespace memray::symbolizer {

// As the programmer wrote it. C++ and both manglings of Rust; anything else comes back as it is.
[[nodiscard]] std::string demangled(const std::string& name);

// As in the sources: with namespaces, classes and parameters; functions that other units cannot see have no parameters
// in their names. Empty if it has no name. `die`: of the function, or of a place where it was inlined.
[[nodiscard]] std::string function_name(Dwarf_Die& die);

}  // namespace memray::symbolizer
