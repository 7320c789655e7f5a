// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The functions of one compilation unit by address, and what was inlined into them.
#pragma once

#include <elfutils/libdw.h>

#include <filesystem>
#include <vector>

#include "symbolizer/names.h"
#include "symbolizer/unit_index.h"

namespace memray::symbolizer {

class FunctionIndex {
public:
    explicit FunctionIndex(const Unit& unit);

    // The functions at `address`; empty if the unit describes none there. The innermost has no place yet.
    [[nodiscard]] Names find(Dwarf_Addr address);
    // Where in the sources `address` is.
    void add_place(Name& name, Dwarf_Addr address);

private:
    struct Function {
        Dwarf_Addr begin;
        Dwarf_Addr end;
        Dwarf_Addr reach;  // largest end up to here
        Dwarf_Die die;
    };
    void walk(Dwarf_Die& parent, int depth);
    void add_function(Dwarf_Die& die);
    // Whether something was inlined at `address`.
    bool add_inlined(Names& names, Dwarf_Die& scope, Dwarf_Addr address, int depth);
    void add_call_place(Name& name, Dwarf_Die& call);
    [[nodiscard]] std::string absolute(const char* file) const;

    Unit unit_;
    std::filesystem::path folder_;
    Dwarf_Files* files_{nullptr};
    std::vector<Function> functions_;  // by begin, then the larger first
};

}  // namespace memray::symbolizer
