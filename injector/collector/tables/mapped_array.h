// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A growing array of plain values in its own mapping: growing moves pages instead of copying them, and pages that were
// never touched cost nothing. New elements are zero.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace memray::collector {

template <class T>
class MappedArray {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    explicit MappedArray(std::size_t capacity) : data_(map(capacity)), capacity_(capacity) { prefer_huge_pages(); }
    ~MappedArray() {
        if (data_ != nullptr) { ::munmap(data_, capacity_ * sizeof(T)); }
    }
    MappedArray(MappedArray&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), capacity_(std::exchange(other.capacity_, 0)) {}
    MappedArray& operator=(MappedArray&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(capacity_, other.capacity_);
        return *this;
    }
    MappedArray(const MappedArray&) = delete;
    MappedArray& operator=(const MappedArray&) = delete;

    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
    T& operator[](std::size_t index) noexcept { return data_[index]; }
    const T& operator[](std::size_t index) const noexcept { return data_[index]; }

    void grow(std::size_t capacity) {
        void* moved = ::mremap(data_, capacity_ * sizeof(T), capacity * sizeof(T), MREMAP_MAYMOVE);
        if (moved == MAP_FAILED) { throw std::bad_alloc(); }
        data_ = static_cast<T*>(moved);
        capacity_ = capacity;
        prefer_huge_pages();
    }

private:
    // Of a large array each access may else be a miss of the translation cache, too, which in a virtual machine costs
    // more than that of the data. In vain where the kernel has none (transparent_hugepage/enabled).
    static constexpr std::size_t kLarge = std::size_t{4} << 20U;  // bytes
    void prefer_huge_pages() noexcept {
        if (capacity_ * sizeof(T) >= kLarge) { ::madvise(data_, capacity_ * sizeof(T), MADV_HUGEPAGE); }
    }

    static T* map(std::size_t capacity) {
        void* data = ::mmap(nullptr, capacity * sizeof(T), PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (data == MAP_FAILED) { throw std::bad_alloc(); }
        return static_cast<T*>(data);
    }

    T* data_;
    std::size_t capacity_;
};

}  // namespace memray::collector
