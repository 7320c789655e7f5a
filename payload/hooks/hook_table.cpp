// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/hooks/hook_table.h"

#include <type_traits>

#include "payload/hooks/originals.h"

namespace memray::payload {
namespace {

// Exception specifications are left out of the comparison: prctl comes from libc's header, which declares it noexcept.
template <typename Function>
struct Signature;
template <typename Result, typename... Arguments>
struct Signature<Result (*)(Arguments...)> {
    using Type = Result(Arguments...);
};
template <typename Result, typename... Arguments>
struct Signature<Result (*)(Arguments...) noexcept> {
    using Type = Result(Arguments...);
};
template <typename Result, typename... Arguments>
struct Signature<Result (*)(Arguments..., ...)> {
    using Type = Result(Arguments..., ...);
};
template <typename Result, typename... Arguments>
struct Signature<Result (*)(Arguments..., ...) noexcept> {
    using Type = Result(Arguments..., ...);
};

#define MEMRAY_CHECK(name)                                                                                             \
    static_assert(                                                                                                     \
        std::is_same_v<typename Signature<decltype(&::name)>::Type, typename Signature<decltype(&hook_##name)>::Type>, \
        #name " and its hook differ");
MEMRAY_HOOKS(MEMRAY_CHECK)
#undef MEMRAY_CHECK

bool same(const char* left, const char* right) noexcept {
    while (*left != '\0' && *left == *right) {
        ++left;
        ++right;
    }
    return *left == *right;
}

}  // namespace

const Hook* hook_table(std::size_t& count) noexcept {
#define MEMRAY_ENTRY(name) {#name, reinterpret_cast<void*>(&hook_##name), reinterpret_cast<void**>(&originals.name)},
    static const Hook table[] = {MEMRAY_HOOKS(MEMRAY_ENTRY)};
#undef MEMRAY_ENTRY
    count = sizeof table / sizeof table[0];
    return table;
}

const Hook* find_hook(const char* name) noexcept {
    std::size_t count = 0;
    const Hook* table = hook_table(count);
    for (std::size_t i = 0; i < count; ++i) {
        if (same(table[i].name, name)) { return &table[i]; }
    }
    return nullptr;
}

}  // namespace memray::payload
