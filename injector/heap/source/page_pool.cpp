// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/source/page_pool.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>

#include "injector/base/error.h"
#include "injector/heap/memory/resident_pages.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

namespace memray::heap {
namespace {

constexpr std::uint64_t kMoreAtATime = std::uint64_t{64} << 20U;

// Linux 5.14; before that page by page.
void make_present(std::byte* data, std::uint64_t size) {
    if (::madvise(data, size, MADV_POPULATE_WRITE) == 0) { return; }
    if (errno != EINVAL) { throw base::system_error("making room for a copy of memory"); }
    for (std::uint64_t at = 0; at < size; at += kPageBytes) { data[at] = std::byte{}; }
}

}  // namespace

PagePool::PagePool(std::uint64_t size) {
    if (size == 0) { return; }
    const Block& block = add(size);
    make_present(block.data, block.size);
}

PagePool::~PagePool() {
    for (const Block& block : blocks_) { ::munmap(block.data, block.size); }
}

PagePool::Block& PagePool::add(std::uint64_t size) {
    void* data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (data == MAP_FAILED) { throw base::system_error("making room for a copy of memory"); }
    blocks_.push_back({static_cast<std::byte*>(data), size, 0});
    return blocks_.back();
}

std::byte* PagePool::take(std::uint64_t size) {
    const bool fits = !blocks_.empty() && blocks_.back().size - blocks_.back().used >= size;
    Block& block = fits ? blocks_.back() : add(std::max(size, kMoreAtATime));
    std::byte* const pages = block.data + block.used;
    block.used += size;
    return pages;
}

void PagePool::release(std::byte* pages, std::uint64_t size) noexcept { ::madvise(pages, size, MADV_DONTNEED); }

}  // namespace memray::heap
