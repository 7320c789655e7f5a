// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/function_name.h"

#include <demangle.h>
#include <dwarf.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

namespace memray::symbolizer {
namespace {

// Nobody reads more, and demangling a hostile name can take long.
constexpr std::size_t kMaxLength = 16'384;
constexpr int kOptions = DMGL_PARAMS | DMGL_ANSI | DMGL_TYPES;

using Text = std::unique_ptr<char, decltype(&std::free)>;

constexpr int kMaxReferences = 16;

// The entry that `die` was made from, which is where its namespaces and classes are.
Dwarf_Die declaration_of(Dwarf_Die die) {
    for (int i = 0; i < kMaxReferences; ++i) {
        Dwarf_Attribute attribute;
        Dwarf_Die next;
        if (::dwarf_attr(&die, DW_AT_abstract_origin, &attribute) == nullptr &&
            ::dwarf_attr(&die, DW_AT_specification, &attribute) == nullptr) {
            break;
        }
        if (::dwarf_formref_die(&attribute, &next) == nullptr) { break; }
        die = next;
    }
    return die;
}

bool has_namespaces(Dwarf_Die& die) {
    Dwarf_Die unit;
    if (::dwarf_diecu(&die, &unit, nullptr, nullptr) == nullptr) { return false; }
    constexpr std::array kLanguages{DW_LANG_C_plus_plus, DW_LANG_C_plus_plus_03, DW_LANG_C_plus_plus_11,
                                    DW_LANG_C_plus_plus_14};
    const int language = ::dwarf_srclang(&unit);
    return std::find(kLanguages.begin(), kLanguages.end(), language) != kLanguages.end();
}

// "space::", empty for what is no part of a name.
std::string qualifier(Dwarf_Die& scope) {
    const int tag = ::dwarf_tag(&scope);
    const char* name = ::dwarf_diename(&scope);
    if (tag == DW_TAG_namespace) { return std::string(name == nullptr ? "(anonymous namespace)" : name) + "::"; }
    const bool part = tag == DW_TAG_class_type || tag == DW_TAG_structure_type || tag == DW_TAG_union_type ||
                      tag == DW_TAG_subprogram;
    return part && name != nullptr ? std::string(name) + "::" : "";
}

std::string qualified(Dwarf_Die& die, std::string name) {
    Dwarf_Die declaration = declaration_of(die);
    if (!has_namespaces(declaration)) { return name; }
    Dwarf_Die* scopes = nullptr;
    const int count = ::dwarf_getscopes_die(&declaration, &scopes);
    const std::unique_ptr<Dwarf_Die, decltype(&std::free)> owner(scopes, std::free);
    for (int i = 1; i < count; ++i) { name.insert(0, qualifier(scopes[i])); }
    return name;
}

}  // namespace

std::string demangled(const std::string& name) {
    if (name.size() > kMaxLength || !(name.starts_with("_Z") || name.starts_with("_R"))) { return name; }
    // Rust first: its older mangling looks like C++ but for a hash at the end.
    Text text(::rust_demangle(name.c_str(), DMGL_ANSI), std::free);
    if (!text) { text.reset(::cplus_demangle_v3(name.c_str(), kOptions)); }
    return text ? text.get() : name;
}

std::string function_name(Dwarf_Die& die) {
    Dwarf_Attribute attribute;
    for (const unsigned name : {DW_AT_linkage_name, DW_AT_MIPS_linkage_name}) {
        if (::dwarf_attr_integrate(&die, name, &attribute) == nullptr) { continue; }
        const char* text = ::dwarf_formstring(&attribute);
        if (text != nullptr) { return demangled(text); }
    }
    const char* text = ::dwarf_diename(&die);
    return text == nullptr ? "" : qualified(die, text);
}

}  // namespace memray::symbolizer
