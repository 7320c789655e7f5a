// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A memory mapping that unmaps itself. Move-only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

namespace memray::base {

class Mapping {
public:
    Mapping() = default;
    // Maps `size` bytes of `fd` from `offset` on, shared and writable. Throws Error.
    static Mapping shared(int fd, std::size_t size, std::uint64_t offset = 0);
    // Maps `size` bytes of `fd` private and read-only. Throws Error.
    static Mapping read_only(int fd, std::size_t size);

    Mapping(Mapping&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    Mapping& operator=(Mapping&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
    ~Mapping();

    [[nodiscard]] void* data() const noexcept { return data_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

private:
    Mapping(void* data, std::size_t size) noexcept : data_(data), size_(size) {}
    void* data_{nullptr};
    std::size_t size_{0};
};

}  // namespace memray::base
