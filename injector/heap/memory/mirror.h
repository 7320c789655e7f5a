// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Our copy of one range of another address space: filled where it is looked at, and as sparse as the range itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace memray::heap {

class Mirror {
public:
    // Copies `size` bytes at `offset` of the range to `destination`, which is zero. False: they cannot be read.
    using Load = std::function<bool(std::uint64_t offset, std::byte* destination, std::size_t size)>;

    static constexpr std::size_t kChunk = std::size_t{256} << 10;  // bytes that are loaded at a time

    // Reserves addresses, not memory, however large the range. Throws base::Error.
    explicit Mirror(std::uint64_t size);
    Mirror(const Mirror&) = delete;
    Mirror& operator=(const Mirror&) = delete;
    Mirror(Mirror&&) = delete;
    Mirror& operator=(Mirror&&) = delete;
    ~Mirror();

    // `size` bytes at `offset`, both within the range. Null if a part of them cannot be read. The pointer is good as
    // long as the mirror.
    [[nodiscard]] const std::byte* view(std::uint64_t offset, std::size_t size, const Load& load);

private:
    enum class State : std::uint8_t { kUnknown, kLoaded, kUnreadable };

    std::byte* data_;
    std::uint64_t size_;
    State* chunks_;  // of each chunk; behind the data
};

}  // namespace memray::heap
