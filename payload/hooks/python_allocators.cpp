// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/hooks/python_allocators.h"

#include "payload/hooks/gate.h"

namespace memray::payload {
namespace {

using wire::Allocator;

// PyMemAllocatorEx, the same in 3.8 to 3.15.
struct PyAllocator {
    void* ctx;
    void* (*malloc)(void* ctx, std::size_t size);
    void* (*calloc)(void* ctx, std::size_t count, std::size_t size);
    void* (*realloc)(void* ctx, void* address, std::size_t size);
    void (*free)(void* ctx, void* address);
};
using GetAllocator = void (*)(int domain, PyAllocator* allocator);
using SetAllocator = void (*)(int domain, PyAllocator* allocator);

constexpr int kDomains = 3;  // PYMEM_DOMAIN_RAW, _MEM, _OBJ
constexpr ReallocKinds kPythonRealloc{Allocator::kPymallocFree, Allocator::kPymallocRealloc};

PyAllocator originals[kDomains];

template <int Domain>
struct Hooks {
    static void* malloc(void* ctx, std::size_t size) noexcept {
        return allocate(Allocator::kPymallocMalloc, size, originals[Domain].malloc, ctx, size);
    }
    static void* calloc(void* ctx, std::size_t count, std::size_t size) noexcept {
        return allocate(Allocator::kPymallocCalloc, count * size, originals[Domain].calloc, ctx, count, size);
    }
    static void* realloc(void* ctx, void* address, std::size_t size) noexcept {
        return reallocate(kPythonRealloc, false, address, size, originals[Domain].realloc, ctx, address, size);
    }
    static void free(void* ctx, void* address) noexcept {
        deallocate(Allocator::kPymallocFree, address, originals[Domain].free, ctx, address);
    }
};

template <int Domain>
void install(GetAllocator get, SetAllocator set) noexcept {
    PyAllocator current;
    get(Domain, &current);
    if (current.malloc == &Hooks<Domain>::malloc) { return; }
    originals[Domain] = current;
    PyAllocator ours{current.ctx, &Hooks<Domain>::malloc, &Hooks<Domain>::calloc, &Hooks<Domain>::realloc,
                     &Hooks<Domain>::free};
    set(Domain, &ours);
}

template <int Domain>
void restore(GetAllocator get, SetAllocator set) noexcept {
    PyAllocator current;
    get(Domain, &current);
    if (current.malloc == &Hooks<Domain>::malloc) { set(Domain, &originals[Domain]); }
}

GetAllocator getter() noexcept {
    return reinterpret_cast<GetAllocator>(newest_session()->info->addresses.get_allocator);
}
SetAllocator setter() noexcept {
    return reinterpret_cast<SetAllocator>(newest_session()->info->addresses.set_allocator);
}

}  // namespace

void install_python_allocators() noexcept {
    if (getter() == nullptr || setter() == nullptr) { return; }
    install<0>(getter(), setter());
    install<1>(getter(), setter());
    install<2>(getter(), setter());
}

void restore_python_allocators() noexcept {
    if (getter() == nullptr || setter() == nullptr) { return; }
    restore<0>(getter(), setter());
    restore<1>(getter(), setter());
    restore<2>(getter(), setter());
}

}  // namespace memray::payload
