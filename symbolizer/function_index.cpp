// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/function_index.h"

#include <dwarf.h>

#include <algorithm>
#include <filesystem>

#include "symbolizer/function_name.h"

namespace memray::symbolizer {
namespace {

constexpr int kMaxDepth = 200;  // nothing real is nested deeper

Dwarf_Word number_of(Dwarf_Die& die, unsigned name) {
    Dwarf_Attribute attribute;
    Dwarf_Word value = 0;
    if (::dwarf_attr(&die, name, &attribute) == nullptr || ::dwarf_formudata(&attribute, &value) != 0) { return 0; }
    return value;
}

}  // namespace

FunctionIndex::FunctionIndex(const Unit& unit) : unit_(unit) {
    Dwarf_Attribute attribute;
    if (::dwarf_attr(&unit_.lines, DW_AT_comp_dir, &attribute) != nullptr) {
        const char* folder = ::dwarf_formstring(&attribute);
        if (folder != nullptr) { folder_ = folder; }
    }
    std::size_t count = 0;
    if (::dwarf_getsrcfiles(&unit_.lines, &files_, &count) != 0) { files_ = nullptr; }
    walk(unit_.functions, 0);
    std::sort(functions_.begin(), functions_.end(), [](const Function& a, const Function& b) {
        return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
    });
    Dwarf_Addr reach = 0;
    for (Function& function : functions_) { function.reach = reach = std::max(reach, function.end); }
}

void FunctionIndex::walk(Dwarf_Die& parent, int depth) {
    Dwarf_Die die;
    if (depth > kMaxDepth || ::dwarf_child(&parent, &die) != 0) { return; }
    do {
        if (::dwarf_tag(&die) == DW_TAG_subprogram) { add_function(die); }
        walk(die, depth + 1);
    } while (::dwarf_siblingof(&die, &die) == 0);
}

void FunctionIndex::add_function(Dwarf_Die& die) {
    Dwarf_Addr base = 0;
    Dwarf_Addr begin = 0;
    Dwarf_Addr end = 0;
    std::ptrdiff_t offset = 0;
    while ((offset = ::dwarf_ranges(&die, offset, &base, &begin, &end)) > 0) {
        if (begin < end) { functions_.push_back({begin, end, end, die}); }
    }
}

Names FunctionIndex::find(Dwarf_Addr address) {
    auto at = std::upper_bound(functions_.begin(), functions_.end(), address,
                               [](Dwarf_Addr wanted, const Function& function) { return wanted < function.begin; });
    while (at != functions_.begin()) {
        --at;
        if (at->reach <= address) { break; }
        if (at->end <= address) { continue; }
        Names names{{function_name(at->die), "", 0}};
        add_inlined(names, at->die, address, 0);
        return names;
    }
    return {};
}

bool FunctionIndex::add_inlined(Names& names, Dwarf_Die& scope, Dwarf_Addr address, int depth) {
    Dwarf_Die die;
    if (depth > kMaxDepth || ::dwarf_child(&scope, &die) != 0) { return false; }
    do {
        const int tag = ::dwarf_tag(&die);
        if (tag == DW_TAG_inlined_subroutine && ::dwarf_haspc(&die, address) > 0) {
            add_call_place(names.back(), die);
            names.push_back({function_name(die), "", 0});
            add_inlined(names, die, address, depth + 1);
            return true;
        }
        // Whatever addresses the block claims: GCC leaves out those of calls that it moved elsewhere.
        if (tag == DW_TAG_lexical_block && add_inlined(names, die, address, depth + 1)) { return true; }
    } while (::dwarf_siblingof(&die, &die) == 0);
    return false;
}

void FunctionIndex::add_call_place(Name& name, Dwarf_Die& call) {
    const char* file =
        files_ == nullptr ? nullptr : ::dwarf_filesrc(files_, number_of(call, DW_AT_call_file), nullptr, nullptr);
    name.file = absolute(file);
    name.line = static_cast<std::uint32_t>(number_of(call, DW_AT_call_line));
}

void FunctionIndex::add_place(Name& name, Dwarf_Addr address) {
    Dwarf_Line* line = ::dwarf_getsrc_die(&unit_.lines, address);
    if (line == nullptr) { return; }
    int number = 0;
    name.file = absolute(::dwarf_linesrc(line, nullptr, nullptr));
    if (::dwarf_lineno(line, &number) == 0 && number > 0) { name.line = static_cast<std::uint32_t>(number); }
}

std::string FunctionIndex::absolute(const char* file) const {
    if (file == nullptr || *file == '\0') { return {}; }
    const std::filesystem::path path(file);
    return (path.is_absolute() ? path : folder_ / path).lexically_normal();
}

}  // namespace memray::symbolizer
