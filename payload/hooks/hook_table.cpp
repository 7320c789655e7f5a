// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/hooks/hook_table.h"

#include <type_traits>

#include "payload/hooks/allocator_hooks.h"
#include "payload/hooks/loader_hooks.h"
#include "payload/hooks/mapping_hooks.h"
#include "payload/hooks/originals.h"
#include "payload/text.h"

namespace memray::payload {
namespace {

// The type of a function without exception specification, which prctl has, as it comes from libc's header.
template <typename Result, typename... Arguments>
std::type_identity<Result(Arguments...)> type_of(Result (*)(Arguments...));
template <typename Result, typename... Arguments>
std::type_identity<Result(Arguments..., ...)> type_of(Result (*)(Arguments..., ...));

#define MEMRAY_CHECK(name, hook) \
    static_assert(std::is_same_v<decltype(type_of(&::name)), decltype(type_of(&hook))>, #name " and its hook differ");

constexpr std::uint32_t gnu_hash(const char* name) noexcept {
    std::uint32_t hash = 5381;
    for (; *name != '\0'; ++name) { hash = hash * 33 + static_cast<unsigned char>(*name); }
    return hash;
}

#define MEMRAY_VARIANT(name, hooks, number) \
    { reinterpret_cast<void*>(&hooks<number>::name), reinterpret_cast<void**>(&originals[number].name) }
#define MEMRAY_VARIANTS(name, hooks)                                                                                \
    MEMRAY_CHECK(name, hooks<0>::name)                                                                              \
    const HookVariant name##_variants[kVariants] = {MEMRAY_VARIANT(name, hooks, 0), MEMRAY_VARIANT(name, hooks, 1), \
                                                    MEMRAY_VARIANT(name, hooks, 2), MEMRAY_VARIANT(name, hooks, 3), \
                                                    MEMRAY_VARIANT(name, hooks, 4), MEMRAY_VARIANT(name, hooks, 5)};
#define MEMRAY_ALLOCATOR_VARIANTS(name) MEMRAY_VARIANTS(name, AllocatorHooks)
#define MEMRAY_MAPPING_VARIANTS(name) MEMRAY_VARIANTS(name, MappingHooks)
MEMRAY_ALLOCATOR_HOOKS(MEMRAY_ALLOCATOR_VARIANTS)
MEMRAY_MAPPING_HOOKS(MEMRAY_MAPPING_VARIANTS)

#define MEMRAY_LOADER_VARIANT(name, number) \
    { const_cast<unsigned char*>(memray_hooks_##name + kLoaderHookSize * (number)), &memray_original_##name[number] }
#define MEMRAY_LOADER_VARIANTS(name)                                                                                \
    const HookVariant name##_variants[kVariants] = {MEMRAY_LOADER_VARIANT(name, 0), MEMRAY_LOADER_VARIANT(name, 1), \
                                                    MEMRAY_LOADER_VARIANT(name, 2), MEMRAY_LOADER_VARIANT(name, 3), \
                                                    MEMRAY_LOADER_VARIANT(name, 4), MEMRAY_LOADER_VARIANT(name, 5)};
MEMRAY_LOADER_HOOKS(MEMRAY_LOADER_VARIANTS)

// In one variant: nobody else's hooks are worth going on to.
#define MEMRAY_SINGLE_VARIANT(name)          \
    MEMRAY_CHECK(name, hook_##name)          \
    const HookVariant name##_variants[1] = { \
        {reinterpret_cast<void*>(&hook_##name), reinterpret_cast<void**>(&originals[0].name)}};
MEMRAY_THREAD_HOOKS(MEMRAY_SINGLE_VARIANT)
MEMRAY_EXEC_HOOKS(MEMRAY_SINGLE_VARIANT)

}  // namespace

const HookVariant* Hook::standing_for(const void* function) const noexcept {
    for (std::size_t i = 0; i < variant_count; ++i) {
        if (function != nullptr && *variants[i].original == function) { return &variants[i]; }
    }
    return nullptr;
}

const HookVariant* Hook::hooking_with(const void* hook) const noexcept {
    for (std::size_t i = 0; i < variant_count; ++i) {
        if (variants[i].hook == hook) { return &variants[i]; }
    }
    return nullptr;
}

const Hook* hook_table(std::size_t& count) noexcept {
#define MEMRAY_ENTRY(name, allocates) \
    {#name, gnu_hash(#name), allocates, name##_variants, sizeof name##_variants / sizeof name##_variants[0]},
#define MEMRAY_ALLOCATING(name) MEMRAY_ENTRY(name, true)
#define MEMRAY_OTHER(name) MEMRAY_ENTRY(name, false)
    static const Hook table[] = {MEMRAY_ALLOCATOR_HOOKS(MEMRAY_ALLOCATING) MEMRAY_MAPPING_HOOKS(MEMRAY_ALLOCATING)
                                     MEMRAY_LOADER_HOOKS(MEMRAY_OTHER) MEMRAY_THREAD_HOOKS(MEMRAY_OTHER)
                                         MEMRAY_EXEC_HOOKS(MEMRAY_OTHER)};
    count = sizeof table / sizeof table[0];
    return table;
}

const Hook* find_hook(const char* name) noexcept {
    std::size_t count = 0;
    const Hook* table = hook_table(count);
    for (std::size_t i = 0; i < count; ++i) {
        if (same_text(table[i].name, name)) { return &table[i]; }
    }
    return nullptr;
}

}  // namespace memray::payload
