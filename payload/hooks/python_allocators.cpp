// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/hooks/python_allocators.h"

#include "payload/hooks/gate.h"
#include "payload/hooks/large_requests.h"
#include "payload/hooks/later_hooks.h"
#include "payload/hooks/variants.h"

namespace memray::payload {

constinit BlockMarks large_blocks;

namespace {

using wire::Allocator;

// PyMemAllocatorEx, the same in 3.8 to 3.15.
struct PyAllocator {
    void* ctx;
    void* (*malloc)(void* ctx, std::size_t size);
    void* (*calloc)(void* ctx, std::size_t count, std::size_t size);
    void* (*realloc)(void* ctx, void* address, std::size_t size);
    void (*free)(void* ctx, void* address);
    bool operator==(const PyAllocator&) const = default;
};
using GetAllocator = void (*)(int domain, PyAllocator* allocator);
using SetAllocator = void (*)(int domain, PyAllocator* allocator);

constexpr int kDomains = 3;  // PYMEM_DOMAIN_RAW, _MEM, _OBJ
constexpr ReallocKinds kPythonRealloc{Allocator::kPymallocFree, Allocator::kPymallocRealloc};

// Of the recording: hooks that somebody has wrapped stay for the next one, which may want something else.
enum class Wanted { kNothing, kLarge, kAll };
std::atomic<Wanted> wanted{Wanted::kNothing};

PyAllocator originals_of[kVariants][kDomains];

// Whose hooks call: those of variant 0 in a domain.
struct First {
    int domain;
    template <auto Function, typename... Arguments>
    auto call(void* ctx, Arguments... arguments) const noexcept {
        return (originals_of[0][domain].*Function)(ctx, arguments...);
    }
};

// Those of the other variants, which share their code (later_hooks.h).
struct Later {
    int variant;
    int domain;
    // As their own code numbers them, from 1 on.
    explicit Later(int number) noexcept : variant((number - 1) / kDomains + 1), domain((number - 1) % kDomains) {}
    template <auto Function, typename... Arguments>
    auto call(void* ctx, Arguments... arguments) const noexcept {
        const ChainScope chain;
        const PyAllocator& next = originals_of[chain.is_ring() ? 0 : variant][domain];
        return (next.*Function)(chain.is_ring() ? next.ctx : ctx, arguments...);
    }
};

template <typename Caller>
struct SharedHooks {
    template <auto Function>
    struct Original {
        Caller caller;
        template <typename... Arguments>
        auto operator()(void* ctx, Arguments... arguments) const noexcept {
            return caller.template call<Function>(ctx, arguments...);
        }
    };

    static bool wants_all() noexcept { return wanted.load(std::memory_order_relaxed) == Wanted::kAll; }
    // The raw domain goes on to malloc.
    static bool wants_large(Caller caller) noexcept {
        return caller.domain != 0 && wanted.load(std::memory_order_relaxed) == Wanted::kLarge;
    }

    static void* malloc(Caller caller, void* ctx, std::size_t size) noexcept {
        const Original<&PyAllocator::malloc> original{caller};
        if (wants_all()) [[likely]] { return allocate(Allocator::kPymallocMalloc, size, original, ctx, size); }
        if (wants_large(caller)) { return allocate_if_large(Allocator::kMalloc, size, original, ctx, size); }
        return original(ctx, size);
    }
    static void* calloc(Caller caller, void* ctx, std::size_t count, std::size_t size) noexcept {
        const Original<&PyAllocator::calloc> original{caller};
        const std::size_t bytes = count * size;
        if (wants_all()) [[likely]] { return allocate(Allocator::kPymallocCalloc, bytes, original, ctx, count, size); }
        if (wants_large(caller)) { return allocate_if_large(Allocator::kCalloc, bytes, original, ctx, count, size); }
        return original(ctx, count, size);
    }
    static void* realloc(Caller caller, void* ctx, void* address, std::size_t size) noexcept {
        const Original<&PyAllocator::realloc> original{caller};
        if (wants_all()) [[likely]] {
            return reallocate(kPythonRealloc, false, address, size, original, ctx, address, size);
        }
        if (wants_large(caller)) { return reallocate_if_large(address, size, original, ctx, address, size); }
        return original(ctx, address, size);
    }
    static void free(Caller caller, void* ctx, void* address) noexcept {
        const Original<&PyAllocator::free> original{caller};
        if (wants_all()) [[likely]] { return deallocate(Allocator::kPymallocFree, address, original, ctx, address); }
        if (wants_large(caller)) { return deallocate_if_large(address, original, ctx, address); }
        original(ctx, address);
    }
};

// The rarer ones share their code, as the library has to be small (later_hooks.h).
[[gnu::noinline]] void* first_calloc(void* ctx, std::size_t count, std::size_t size, int domain) noexcept {
    return SharedHooks<First>::calloc({domain}, ctx, count, size);
}
[[gnu::noinline]] void* first_realloc(void* ctx, void* address, std::size_t size, int domain) noexcept {
    return SharedHooks<First>::realloc({domain}, ctx, address, size);
}

template <int Domain>
struct FirstHooks {
    using Shared = SharedHooks<First>;
    static void* malloc(void* ctx, std::size_t size) noexcept { return Shared::malloc({Domain}, ctx, size); }
    static void* calloc(void* ctx, std::size_t count, std::size_t size) noexcept {
        return first_calloc(ctx, count, size, Domain);
    }
    static void* realloc(void* ctx, void* address, std::size_t size) noexcept {
        return first_realloc(ctx, address, size, Domain);
    }
    static void free(void* ctx, void* address) noexcept { Shared::free({Domain}, ctx, address); }
};

constexpr std::size_t kLaterHookSize = 16;
constexpr std::size_t kLaterHooks = std::size_t{kVariants - 1} * kDomains;
static_assert(kLaterHooks == 15, "as the assembler is told");

extern "C" {
[[gnu::used, gnu::cold]] void* memray_later_py_malloc(void* ctx, std::size_t size, int number) noexcept {
    return SharedHooks<Later>::malloc(Later(number), ctx, size);
}
[[gnu::used, gnu::cold]] void* memray_later_py_calloc(void* ctx, std::size_t count, std::size_t size,
                                                      int number) noexcept {
    return SharedHooks<Later>::calloc(Later(number), ctx, count, size);
}
[[gnu::used, gnu::cold]] void* memray_later_py_realloc(void* ctx, void* address, std::size_t size,
                                                       int number) noexcept {
    return SharedHooks<Later>::realloc(Later(number), ctx, address, size);
}
[[gnu::used, gnu::cold]] void memray_later_py_free(void* ctx, void* address, int number) noexcept {
    SharedHooks<Later>::free(Later(number), ctx, address);
}
#define MEMRAY_DECLARE_LATER(name) \
    [[gnu::visibility("hidden")]] extern const unsigned char memray_later_hooks_##name[kLaterHookSize * kLaterHooks];
MEMRAY_DECLARE_LATER(py_malloc)
MEMRAY_DECLARE_LATER(py_calloc)
MEMRAY_DECLARE_LATER(py_realloc)
MEMRAY_DECLARE_LATER(py_free)
}
MEMRAY_LATER_HOOKS(py_malloc, 15, 16, edx)
MEMRAY_LATER_HOOKS(py_calloc, 15, 16, ecx)
MEMRAY_LATER_HOOKS(py_realloc, 15, 16, ecx)
MEMRAY_LATER_HOOKS(py_free, 15, 16, edx)

template <typename Function>
void go_to(Function& function, const unsigned char* code) noexcept {
    function = reinterpret_cast<Function>(reinterpret_cast<std::uintptr_t>(code));
}

class Domain {
public:
    template <int Number>
    static Domain number() noexcept {
        using Hooks = FirstHooks<Number>;
        return Domain(Number, {nullptr, &Hooks::malloc, &Hooks::calloc, &Hooks::realloc, &Hooks::free});
    }

    [[gnu::cold]] void install() const noexcept {
        const PyAllocator found = get();
        if (variant_of(found) >= 0) { return; }
        for (int v = 0; v < kVariants; ++v) {
            PyAllocator& original = originals_of[v][number_];
            if (original.malloc != nullptr && original != found) { continue; }
            original = found;
            return set(in_place_of(found, v));
        }
        newest_session()->control->losses.unpatched.fetch_add(1, std::memory_order_relaxed);
    }
    [[gnu::cold]] void restore() const noexcept {
        const int variant = variant_of(get());
        if (variant >= 0) { set(originals_of[variant][number_]); }
    }

private:
    Domain(int number, const PyAllocator& first) noexcept : number_(number), first_(first) {}

    [[nodiscard]] PyAllocator in_place_of(const PyAllocator& original, int variant) const noexcept {
        PyAllocator hooks = first_;
        hooks.ctx = original.ctx;
        if (variant == 0) { return hooks; }
        const std::size_t at = kLaterHookSize * static_cast<std::size_t>((variant - 1) * kDomains + number_);
        go_to(hooks.malloc, memray_later_hooks_py_malloc + at);
        go_to(hooks.calloc, memray_later_hooks_py_calloc + at);
        go_to(hooks.realloc, memray_later_hooks_py_realloc + at);
        go_to(hooks.free, memray_later_hooks_py_free + at);
        return hooks;
    }

    [[nodiscard]] PyAllocator get() const noexcept {
        PyAllocator current;
        reinterpret_cast<GetAllocator>(newest_session()->info->addresses.get_allocator)(number_, &current);
        return current;
    }
    void set(PyAllocator allocator) const noexcept {
        reinterpret_cast<SetAllocator>(newest_session()->info->addresses.set_allocator)(number_, &allocator);
    }
    // Which of ours it is; -1: none.
    [[nodiscard]] int variant_of(const PyAllocator& allocator) const noexcept {
        for (int v = 0; v < kVariants; ++v) {
            if (allocator.malloc == in_place_of(allocator, v).malloc) { return v; }
        }
        return -1;
    }

    int number_;
    PyAllocator first_;
};

bool is_possible() noexcept {
    const wire::PythonAddresses& addresses = newest_session()->info->addresses;
    return addresses.get_allocator != 0 && addresses.set_allocator != 0;
}

Wanted wanted_by(std::uint32_t flags) noexcept {
    if ((flags & wire::kTracePythonAllocators) != 0) { return Wanted::kAll; }
    return (flags & wire::kTraceLargeRequests) != 0 ? Wanted::kLarge : Wanted::kNothing;
}

}  // namespace

[[gnu::cold]] void install_python_allocators() noexcept {
    const Wanted now = wanted_by(newest_session()->control->flags);
    if (!is_possible() || now == Wanted::kNothing) { return; }
    if (now == Wanted::kLarge) { large_blocks.clear(); }
    wanted.store(now, std::memory_order_relaxed);
    if (now == Wanted::kAll) { Domain::number<0>().install(); }
    Domain::number<1>().install();
    Domain::number<2>().install();
}

[[gnu::cold]] void restore_python_allocators() noexcept {
    if (!is_possible()) { return; }
    wanted.store(Wanted::kNothing, std::memory_order_relaxed);
    Domain::number<0>().restore();
    Domain::number<1>().restore();
    Domain::number<2>().restore();
}

}  // namespace memray::payload
