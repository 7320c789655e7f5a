// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/hooks/hook_table.h"

#include <type_traits>

#include "payload/hooks/allocator_hooks.h"
#include "payload/hooks/later_hooks.h"
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

// NOLINTBEGIN(bugprone-macro-parentheses): names and types, no values
#define MEMRAY_CHECK(name, hook) \
    static_assert(std::is_same_v<decltype(type_of(&::name)), decltype(type_of(&hook))>, #name " and its hook differ");

constexpr std::uint32_t gnu_hash(const char* name) noexcept {
    std::uint32_t hash = 5381;
    for (; *name != '\0'; ++name) { hash = hash * 33 + static_cast<unsigned char>(*name); }
    return hash;
}

#define MEMRAY_CHECK_ALLOCATOR(name) MEMRAY_CHECK(name, AllocatorHooks<>::name)
#define MEMRAY_CHECK_MAPPING(name) MEMRAY_CHECK(name, MappingHooks<>::name)
#define MEMRAY_CHECK_SINGLE(name) MEMRAY_CHECK(name, hook_##name)
MEMRAY_ALLOCATOR_HOOKS(MEMRAY_CHECK_ALLOCATOR)
MEMRAY_MAPPING_HOOKS(MEMRAY_CHECK_MAPPING)
MEMRAY_THREAD_HOOKS(MEMRAY_CHECK_SINGLE)
MEMRAY_EXEC_HOOKS(MEMRAY_CHECK_SINGLE)
MEMRAY_FORK_HOOKS(MEMRAY_CHECK_SINGLE)

constexpr std::uint8_t kLaterHookSize = 32;
static_assert(kVariants == 6, "one and the five that the assembler is told of");

}  // namespace

// What the later variants share.
#define MEMRAY_LATER(name, hook, parameters, arguments, register)                                     \
    extern "C" [[gnu::visibility("hidden"),                                                           \
                 gnu::cold]] auto memray_later_##name parameters noexcept->decltype(hook arguments) { \
        return hook arguments;                                                                        \
    }                                                                                                 \
    MEMRAY_LATER_HOOKS(name, 5, 32, register)
#define MEMRAY_LATER_ALLOCATOR_1(name, type) \
    MEMRAY_LATER(name, AllocatorHooks<int>::name, (type a, int variant), (a, variant), esi)
#define MEMRAY_LATER_ALLOCATOR_2(name, type) \
    MEMRAY_LATER(name, AllocatorHooks<int>::name, (type a, std::size_t b, int variant), (a, b, variant), edx)
#define MEMRAY_LATER_ALLOCATOR_3(name, type)                                                           \
    MEMRAY_LATER(name, AllocatorHooks<int>::name, (type a, std::size_t b, std::size_t c, int variant), \
                 (a, b, c, variant), ecx)
#define MEMRAY_LATER_MMAP(name)                                                                         \
    extern "C" [[gnu::visibility("hidden"), gnu::cold]] void* memray_later_##name(                      \
        void* address, std::size_t size, int protection, int flags, int fd, long offset, int variant) { \
        return MappingHooks<int>::name(address, size, protection, flags, fd, offset, variant);          \
    }                                                                                                   \
    MEMRAY_LATER_HOOKS_AFTER_6(name, 5, 32)

MEMRAY_LATER_ALLOCATOR_1(malloc, std::size_t)
MEMRAY_LATER_ALLOCATOR_2(calloc, std::size_t)
MEMRAY_LATER_ALLOCATOR_2(realloc, void*)
MEMRAY_LATER_ALLOCATOR_1(free, void*)
MEMRAY_LATER_ALLOCATOR_3(posix_memalign, void**)
MEMRAY_LATER_ALLOCATOR_2(aligned_alloc, std::size_t)
MEMRAY_LATER_ALLOCATOR_2(memalign, std::size_t)
MEMRAY_LATER_ALLOCATOR_1(valloc, std::size_t)
MEMRAY_LATER_ALLOCATOR_1(pvalloc, std::size_t)
MEMRAY_LATER_ALLOCATOR_3(reallocarray, void*)
MEMRAY_LATER_ALLOCATOR_2(free_sized, void*)
MEMRAY_LATER_ALLOCATOR_3(free_aligned_sized, void*)
MEMRAY_LATER_MMAP(mmap)
MEMRAY_LATER_MMAP(mmap64)
MEMRAY_LATER(munmap, MappingHooks<int>::munmap, (void* a, std::size_t b, int variant), (a, b, variant), edx)
MEMRAY_LATER(mremap, MappingHooks<int>::remap, (void* a, std::size_t b, std::size_t c, int d, void* e, int variant),
             (a, b, c, d, e, variant), r9d)

MEMRAY_LATER(mprotect, MappingHooks<int>::mprotect, (void* a, std::size_t b, int c, int variant), (a, b, c, variant),
             ecx)

#define MEMRAY_DECLARE_LATER(name) \
    extern "C" [[gnu::visibility("hidden")]] const unsigned char memray_later_hooks_##name[5 * kLaterHookSize];
MEMRAY_ALLOCATOR_HOOKS(MEMRAY_DECLARE_LATER)
MEMRAY_MAPPING_HOOKS(MEMRAY_DECLARE_LATER)

const void* Hook::hook(int variant) const noexcept { return variant == 0 ? first : later + (variant - 1) * code_size; }

int Hook::standing_for(const void* function) const noexcept {
    for (int v = 0; v < variant_count; ++v) {
        if (function != nullptr && original(v) == function) { return v; }
    }
    return kNone;
}

int Hook::hooking_with(const void* function) const noexcept {
    for (int v = 0; v < variant_count; ++v) {
        if (hook(v) == function) { return v; }
    }
    return kNone;
}

const Hook* hook_table(std::size_t& count) noexcept {
    constexpr std::uint16_t kStride = sizeof(Originals) / sizeof(void*);
#define MEMRAY_ORIGINAL(name) reinterpret_cast<void**>(&originals[0].name)
#define MEMRAY_ENTRY(name, hooks)                   \
    {#name,                                         \
     gnu_hash(#name),                               \
     true,                                          \
     kVariants,                                     \
     kLaterHookSize,                                \
     kStride,                                       \
     reinterpret_cast<const void*>(&hooks<>::name), \
     memray_later_hooks_##name,                     \
     MEMRAY_ORIGINAL(name)},
#define MEMRAY_ALLOCATOR_ENTRY(name) MEMRAY_ENTRY(name, AllocatorHooks)
#define MEMRAY_MAPPING_ENTRY(name) MEMRAY_ENTRY(name, MappingHooks)
#define MEMRAY_LOADER_ENTRY(name)           \
    {#name,                                 \
     gnu_hash(#name),                       \
     false,                                 \
     kVariants,                             \
     kLoaderHookSize,                       \
     1,                                     \
     memray_hooks_##name,                   \
     memray_hooks_##name + kLoaderHookSize, \
     memray_original_##name},
// In one variant: nobody else's hooks are worth going on to.
#define MEMRAY_SINGLE_ENTRY(name)                                                                \
    {#name,   gnu_hash(#name),      false, 1, 0, 0, reinterpret_cast<const void*>(&hook_##name), \
     nullptr, MEMRAY_ORIGINAL(name)},
    static const Hook table[] = {MEMRAY_ALLOCATOR_HOOKS(MEMRAY_ALLOCATOR_ENTRY)
                                     MEMRAY_MAPPING_HOOKS(MEMRAY_MAPPING_ENTRY) MEMRAY_LOADER_HOOKS(MEMRAY_LOADER_ENTRY)
                                         MEMRAY_THREAD_HOOKS(MEMRAY_SINGLE_ENTRY) MEMRAY_EXEC_HOOKS(MEMRAY_SINGLE_ENTRY)
                                             MEMRAY_FORK_HOOKS(MEMRAY_SINGLE_ENTRY)};
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

// NOLINTEND(bugprone-macro-parentheses)

}  // namespace memray::payload
