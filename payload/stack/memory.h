// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Reading fields of CPython's objects by offset, in the payload's own address space, and writing the two that may be.
#pragma once

#include <cstdint>

namespace memray::payload {

template <typename Field>
Field load(std::uint64_t object, std::uint64_t offset) noexcept {
    // Relaxed atomics: the owner of the object may be another thread; a field is one aligned word.
    return __atomic_load_n(reinterpret_cast<const Field*>(object + offset), __ATOMIC_RELAXED);
}

template <typename Field>
void store(std::uint64_t object, std::uint64_t offset, Field value) noexcept {
    __atomic_store_n(reinterpret_cast<Field*>(object + offset), value, __ATOMIC_RELAXED);
}

}  // namespace memray::payload
