// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/unit_index.h"

#include <dwarf.h>

#include <algorithm>

namespace memray::symbolizer {

UnitIndex::UnitIndex(Dwarf* dwarf) {
    Dwarf_CU* cu = nullptr;
    Dwarf_Die die;
    Dwarf_Die split;
    std::uint8_t type = 0;
    while (::dwarf_get_units(dwarf, cu, &cu, nullptr, &type, &die, &split) == 0) {
        if (type != DW_UT_compile && type != DW_UT_skeleton) { continue; }
        const bool is_split = type == DW_UT_skeleton && ::dwarf_tag(&split) == DW_TAG_compile_unit;
        add_ranges(die, static_cast<std::uint32_t>(units_.size()));
        units_.push_back({die, is_split ? split : die});
    }
    std::sort(ranges_.begin(), ranges_.end(), [](const Range& a, const Range& b) { return a.begin < b.begin; });
}

void UnitIndex::add_ranges(Dwarf_Die& die, std::uint32_t unit) {
    Dwarf_Addr base = 0;
    Dwarf_Addr begin = 0;
    Dwarf_Addr end = 0;
    std::ptrdiff_t offset = 0;
    while ((offset = ::dwarf_ranges(&die, offset, &base, &begin, &end)) > 0) {
        // A linker that drops a section leaves its ranges at address 0.
        if (begin != 0 && begin < end) { ranges_.push_back({begin, end, unit}); }
    }
}

std::optional<std::uint32_t> UnitIndex::find(Dwarf_Addr address) const {
    const auto next = std::upper_bound(ranges_.begin(), ranges_.end(), address,
                                       [](Dwarf_Addr wanted, const Range& range) { return wanted < range.begin; });
    if (next == ranges_.begin() || address >= std::prev(next)->end) { return {}; }
    return std::prev(next)->unit;
}

}  // namespace memray::symbolizer
