// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/python/debug_block.h"

#include <endian.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace memray::heap {
namespace {

constexpr std::size_t kHeader = 16;
constexpr std::size_t kTrailer = 8;
constexpr std::uint64_t kForbidden = 0xfdfd'fdfd'fdfd'fdULL;

bool is_domain(std::uint64_t letter) { return letter == 'r' || letter == 'm' || letter == 'o'; }

bool unwrap(Block& block, const std::byte* bytes) {
    std::uint64_t size = 0;
    std::uint64_t mark = 0;
    std::memcpy(&size, bytes, sizeof size);
    std::memcpy(&mark, bytes + 8, sizeof mark);
    size = ::be64toh(size);
    if (mark >> 8U != kForbidden || !is_domain(mark & 0xffU)) { return false; }
    if (block.size < kHeader + kTrailer || size > block.size - kHeader - kTrailer) { return false; }
    block = {block.address + kHeader, size, block.origin};
    return true;
}

}  // namespace

Block without_debug_header(const Block& block, const std::byte* bytes, std::size_t available) {
    Block inside = block;
    for (std::size_t level = 0; level < 2 && available >= (level + 1) * kHeader; ++level) {
        if (!unwrap(inside, bytes + level * kHeader)) { break; }
    }
    return inside;
}

}  // namespace memray::heap
