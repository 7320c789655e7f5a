// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <cstddef>
#include <cstdlib>
#include <stdexcept>

#define KEPT __attribute__((noinline, noclone))
#define CHAIN extern "C" __attribute__((visibility("default"))) KEPT

extern "C" void plain_leaf(std::size_t size);

namespace chains {

template <typename T, int N>
KEPT void in_template(std::size_t size) {
    plain_leaf(size);
    asm volatile("" ::: "memory");
}

inline void inlined_inner(std::size_t size) {
    plain_leaf(size);
    asm volatile("" ::: "memory");
}
__attribute__((always_inline)) inline void inlined_outer(std::size_t size) { inlined_inner(size); }
KEPT void with_inlined(std::size_t size) { inlined_outer(size); }

// The destructor runs while the exception unwinds the stack.
struct Allocating {
    std::size_t size;
    KEPT ~Allocating() {
        plain_leaf(size);
        asm volatile("" ::: "memory");
    }
};
KEPT void throwing() { throw std::runtime_error("thrown"); }
KEPT void unwound(std::size_t size) {
    const Allocating allocating{size};
    throwing();
}
KEPT void in_handler(std::size_t size) {
    try {
        throwing();
    } catch (const std::runtime_error&) {
        plain_leaf(size);
        asm volatile("" ::: "memory");
    }
}

}  // namespace chains

CHAIN void chain_template(std::size_t size) {
    chains::in_template<int, 3>(size);
    asm volatile("" ::: "memory");
}
CHAIN void chain_inlined(std::size_t size) {
    chains::with_inlined(size);
    asm volatile("" ::: "memory");
}
CHAIN void chain_unwinding(std::size_t size) {
    try {
        chains::unwound(size);
    } catch (const std::runtime_error&) { asm volatile("" ::: "memory"); }
}
CHAIN void chain_caught(std::size_t size) {
    chains::in_handler(size);
    asm volatile("" ::: "memory");
}
