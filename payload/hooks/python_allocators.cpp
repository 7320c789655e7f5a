// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/hooks/python_allocators.h"

#include "payload/hooks/gate.h"
#include "payload/hooks/large_requests.h"
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

template <int V, int Domain>
struct Hooks {
    template <auto Function>
    struct Original {
        template <typename... Arguments>
        auto operator()(void* ctx, Arguments... arguments) const noexcept {
            if constexpr (V == 0) {
                return (originals_of[0][Domain].*Function)(ctx, arguments...);
            } else {
                const ChainScope chain;
                const PyAllocator& next = originals_of[chain.is_ring() ? 0 : V][Domain];
                return (next.*Function)(chain.is_ring() ? next.ctx : ctx, arguments...);
            }
        }
    };
    static constexpr Original<&PyAllocator::malloc> kMalloc{};
    static constexpr Original<&PyAllocator::calloc> kCalloc{};
    static constexpr Original<&PyAllocator::realloc> kRealloc{};
    static constexpr Original<&PyAllocator::free> kFree{};

    static bool wants_all() noexcept { return wanted.load(std::memory_order_relaxed) == Wanted::kAll; }
    // The raw domain goes on to malloc.
    static bool wants_large() noexcept {
        return Domain != 0 && wanted.load(std::memory_order_relaxed) == Wanted::kLarge;
    }

    static void* malloc(void* ctx, std::size_t size) noexcept {
        if (wants_all()) [[likely]] { return allocate(Allocator::kPymallocMalloc, size, kMalloc, ctx, size); }
        if (wants_large()) { return allocate_if_large(Allocator::kMalloc, size, kMalloc, ctx, size); }
        return kMalloc(ctx, size);
    }
    static void* calloc(void* ctx, std::size_t count, std::size_t size) noexcept {
        const std::size_t bytes = count * size;
        if (wants_all()) [[likely]] { return allocate(Allocator::kPymallocCalloc, bytes, kCalloc, ctx, count, size); }
        if (wants_large()) { return allocate_if_large(Allocator::kCalloc, bytes, kCalloc, ctx, count, size); }
        return kCalloc(ctx, count, size);
    }
    static void* realloc(void* ctx, void* address, std::size_t size) noexcept {
        if (wants_all()) [[likely]] {
            return reallocate(kPythonRealloc, false, address, size, kRealloc, ctx, address, size);
        }
        if (wants_large()) { return reallocate_if_large(address, size, kRealloc, ctx, address, size); }
        return kRealloc(ctx, address, size);
    }
    static void free(void* ctx, void* address) noexcept {
        if (wants_all()) [[likely]] { return deallocate(Allocator::kPymallocFree, address, kFree, ctx, address); }
        if (wants_large()) { return deallocate_if_large(address, kFree, ctx, address); }
        kFree(ctx, address);
    }
    static PyAllocator in_place_of(const PyAllocator& original) noexcept {
        return {original.ctx, &malloc, &calloc, &realloc, &free};
    }
};

class Domain {
public:
    using InPlaceOf = PyAllocator (*)(const PyAllocator& original);
    template <int Number>
    static Domain number() noexcept {
        return Domain(Number,
                      {&Hooks<0, Number>::in_place_of, &Hooks<1, Number>::in_place_of, &Hooks<2, Number>::in_place_of,
                       &Hooks<3, Number>::in_place_of, &Hooks<4, Number>::in_place_of, &Hooks<5, Number>::in_place_of});
    }

    void install() const noexcept {
        const PyAllocator found = get();
        if (variant_of(found) >= 0) { return; }
        for (int v = 0; v < kVariants; ++v) {
            PyAllocator& original = originals_of[v][number_];
            if (original.malloc != nullptr && original != found) { continue; }
            original = found;
            return set(hooks_[static_cast<std::size_t>(v)](found));
        }
        newest_session()->control->losses.unpatched.fetch_add(1, std::memory_order_relaxed);
    }
    void restore() const noexcept {
        const int variant = variant_of(get());
        if (variant >= 0) { set(originals_of[variant][number_]); }
    }

private:
    Domain(int number, const std::array<InPlaceOf, kVariants>& hooks) noexcept : number_(number), hooks_(hooks) {}

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
            if (allocator.malloc == hooks_[static_cast<std::size_t>(v)](allocator).malloc) { return v; }
        }
        return -1;
    }

    int number_;
    std::array<InPlaceOf, kVariants> hooks_;
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

void install_python_allocators() noexcept {
    const Wanted now = wanted_by(newest_session()->control->flags);
    if (!is_possible() || now == Wanted::kNothing) { return; }
    if (now == Wanted::kLarge) { large_blocks.clear(); }
    wanted.store(now, std::memory_order_relaxed);
    if (now == Wanted::kAll) { Domain::number<0>().install(); }
    Domain::number<1>().install();
    Domain::number<2>().install();
}

void restore_python_allocators() noexcept {
    if (!is_possible()) { return; }
    wanted.store(Wanted::kNothing, std::memory_order_relaxed);
    Domain::number<0>().restore();
    Domain::number<1>().restore();
    Domain::number<2>().restore();
}

}  // namespace memray::payload
