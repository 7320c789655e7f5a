// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/cpython/attribute_layout.h"

#include <array>

namespace memray::cpython {
namespace {

using wire::AttributeModel;

struct Attributes {
    std::uint32_t minor;
    AttributeModel model;
    std::uint32_t frame_locals;      // f_localsplus, localsplus
    std::uint32_t code_arguments;    // co_argcount
    std::uint32_t type_cached_keys;  // ht_cached_keys
};
constexpr std::array<Attributes, 6> kAttributes{{
    {8, AttributeModel::kDict, 360, 16, 872},
    {9, AttributeModel::kDict, 360, 16, 864},
    {10, AttributeModel::kDict, 352, 16, 872},
    {11, AttributeModel::kValuesPointer, 72, 56, 872},
    {12, AttributeModel::kTaggedPointer, 72, 52, 880},
    {13, AttributeModel::kInlineValues, 72, 52, 880},
}};
constexpr Attributes kFreeThreaded{13, AttributeModel::kSharedValues, 72, 68, 896};

void add(wire::PythonLayout& layout, const Attributes& known) {
    layout.attributes = known.model;
    layout.frame_locals = known.frame_locals;
    layout.code_arguments = known.code_arguments;
    layout.type_cached_keys = known.type_cached_keys;
}

}  // namespace

void add_attributes(wire::PythonLayout& layout, PythonVersion version) {
    if (version.major() != 3) { return; }
    if (layout.free_threaded != 0) {
        if (version.minor() == kFreeThreaded.minor) { add(layout, kFreeThreaded); }
        return;
    }
    for (const Attributes& known : kAttributes) {
        if (version.minor() == known.minor) { add(layout, known); }
    }
}

}  // namespace memray::cpython
