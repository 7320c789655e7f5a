// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The functions that the hooks stand for, those of variant 0 as a caller in the target reaches them through its PLT.
//
// They must not be taken as `&malloc` nor from dlsym: where a non-PIE executable takes the address of malloc itself,
// both give the executable's own PLT stub (the canonical address of the function), which leads right back into our
// hook. Only a PLT slot is bound to the function proper (ELF_RTYPE_CLASS_PLT in glibc's dl-lookup.c), so we read our
// own.
#pragma once

#include "payload/hooks/variants.h"

namespace memray::payload {

struct Originals {
#define MEMRAY_FIELD(name) decltype(&::name) name{nullptr};  // NOLINT(bugprone-macro-parentheses)
    MEMRAY_HOOKS(MEMRAY_FIELD)
#undef MEMRAY_FIELD
};

extern Originals originals[kVariants];

// Calls what a hook of variant 0 stands for.
template <auto Function>
struct FirstOriginal {
    template <typename... Arguments>
    auto operator()(Arguments... arguments) const noexcept {
        return (originals[0].*Function)(arguments...);
    }
};

// Calls what a hook of another variant stands for (later_hooks.h).
template <auto Function>
struct LaterOriginal {
    int variant;
    template <typename... Arguments>
    auto operator()(Arguments... arguments) const noexcept {
        const ChainScope chain;
        return (originals[chain.is_ring() ? 0 : variant].*Function)(arguments...);
    }
};

template <auto Function>
constexpr FirstOriginal<Function> original_of() noexcept {
    return {};
}
template <auto Function>
constexpr LaterOriginal<Function> original_of(int variant) noexcept {
    return {variant};
}

// Reads the payload's own PLT slots, the first time; later they may hold hooks of somebody else, or ours behind those.
// Functions that the target does not have stay nullptr. Before any hook is installed.
void bind_originals() noexcept;

}  // namespace memray::payload
