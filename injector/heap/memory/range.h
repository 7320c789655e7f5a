// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Pieces of an address space that belong together.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "injector/base/remote_addr.h"
#include "injector/elf/memory_map.h"

namespace memray::heap {

using base::RemoteAddr;

inline constexpr std::uint64_t kPageBytes = 4096;  // of x86-64

// One mapping, or several without a gap between them, which the kernel has split where an advice ends (MADV_HUGEPAGE,
// MADV_DONTDUMP) though what lies in them goes over that place.
struct Range {
    RemoteAddr begin;
    RemoteAddr end;
    bool readable{false};
    bool writable{false};
    bool executable{false};
    bool shared{false};
    std::uint64_t file_offset{0};
    std::string path;  // empty if anonymous; "[heap]", "[stack]", ...

    [[nodiscard]] std::uint64_t size() const noexcept { return end - begin; }
    [[nodiscard]] bool contains(RemoteAddr address) const noexcept { return begin <= address && address < end; }
    // Of a file, memory files ("/memfd:name") included.
    [[nodiscard]] bool is_file() const noexcept { return path.starts_with('/'); }
    // Private memory without a file, a heap or a stack included.
    [[nodiscard]] bool is_anonymous() const noexcept { return !shared && !is_file(); }
};

// Sorted by address. Where the kernel maps what can be read only by itself ([vvar], [vsyscall]), there is none.
[[nodiscard]] std::vector<Range> ranges_of(std::span<const elf::MapEntry> maps);

// Of items that are sorted by where they begin, the last that begins at `address` or before; null if none does.
template <typename Item>
[[nodiscard]] const Item* last_from(std::span<const Item> items, RemoteAddr address) {
    const auto after = std::upper_bound(items.begin(), items.end(), address,
                                        [](RemoteAddr wanted, const Item& item) { return wanted < item.begin; });
    return after == items.begin() ? nullptr : &*std::prev(after);
}

// The one that holds `address`; null if none does. `ranges` are sorted.
[[nodiscard]] const Range* find_range(std::span<const Range> ranges, RemoteAddr address);

}  // namespace memray::heap
