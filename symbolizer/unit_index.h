// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The compilation units of debug information by address. Not with .debug_aranges: clang and rustc leave that out.
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace memray::symbolizer {

struct Unit {
    Dwarf_Die lines;      // the unit's own entry: line table, files, folder
    Dwarf_Die functions;  // the same, or the entry of the split unit (.dwo) that holds the functions
};

class UnitIndex {
public:
    explicit UnitIndex(Dwarf* dwarf);

    // The number of the unit that `address` belongs to.
    [[nodiscard]] std::optional<std::uint32_t> find(Dwarf_Addr address) const;
    [[nodiscard]] Unit& unit(std::uint32_t number) { return units_[number]; }
    [[nodiscard]] bool empty() const noexcept { return ranges_.empty(); }

private:
    struct Range {
        Dwarf_Addr begin;
        Dwarf_Addr end;
        std::uint32_t unit;
    };
    void add_ranges(Dwarf_Die& die, std::uint32_t unit);

    std::vector<Unit> units_;
    std::vector<Range> ranges_;  // by begin
};

}  // namespace memray::symbolizer
