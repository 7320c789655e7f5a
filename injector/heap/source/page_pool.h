// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Room for copies of pages, made before it is needed: while a process stands still, no page of ours has to be found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace memray::heap {

class PagePool {
public:
    // With memory for that many bytes. Throws base::Error if there is none.
    explicit PagePool(std::uint64_t size);
    PagePool(PagePool&& other) noexcept = default;
    PagePool& operator=(PagePool&&) = delete;
    PagePool(const PagePool&) = delete;
    PagePool& operator=(const PagePool&) = delete;
    ~PagePool();

    // `size` bytes in one piece, a multiple of a page; more than were made ready if need be.
    [[nodiscard]] std::byte* take(std::uint64_t size);
    // Gives memory back; it reads as zero from then on.
    static void release(std::byte* pages, std::uint64_t size) noexcept;

private:
    struct Block {
        std::byte* data;
        std::uint64_t size;
        std::uint64_t used;
    };
    Block& add(std::uint64_t size);

    std::vector<Block> blocks_;
};

}  // namespace memray::heap
