// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Code object -> id, for code objects that are alive. Lock-free, fixed size, no heap. An entry is removed when its
// code object dies (code_death.h), so a recycled address gets a new id. A code object whose few possible places are all
// taken has no entry: it gets a new id each time it is pushed, which is slower but right, since the collector merges
// code objects with the same content.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "payload/wire/control.h"

namespace memray::payload {

class alignas(wire::kPageSize) CodeIds {
public:
    // The id of a code object that the caller keeps alive; 0 if it has none. A thread that is late may insert an id of
    // an earlier recording after clear(): the generation tells.
    [[nodiscard]] std::uint32_t find(std::uint64_t code, std::uint32_t generation) const noexcept {
        const std::uint32_t home = home_of(code);
        for (std::uint32_t i = 0; i < kWindow; ++i) {
            const Entry& entry = entries_[(home + i) & kMask];
            // Pairs with the release store in insert: the id was written before the code.
            if (entry.code.load(std::memory_order_acquire) != code) { continue; }
            if (entry.generation.load(std::memory_order_relaxed) != generation) { continue; }
            return entry.id.load(std::memory_order_relaxed);
        }
        return 0;
    }
    // Two threads may insert the same code object at once: both entries are valid. False if there is no place.
    bool insert(std::uint64_t code, std::uint32_t id, std::uint32_t generation) noexcept;
    // Removes all entries of a dying code object. Returns whether there were any.
    bool erase(std::uint64_t code) noexcept;
    // Only of an object in memory that no file backs.
    void clear() noexcept;

private:
    struct Entry {
        std::atomic<std::uint64_t> code{0};
        std::atomic<std::uint32_t> id{0};
        std::atomic<std::uint32_t> generation{0};
    };
    static constexpr std::uint32_t kSize = 1U << 15U;
    static constexpr std::uint32_t kMask = kSize - 1;
    static constexpr std::uint32_t kWindow = 16;
    static constexpr std::uint64_t kClaimed = 1;  // no object lives at address 1

    static std::uint32_t home_of(std::uint64_t code) noexcept {
        return static_cast<std::uint32_t>(((code >> 4U) * 0x9E3779B97F4A7C15ULL) >> 40U) & kMask;
    }

    std::array<Entry, kSize> entries_;
};

}  // namespace memray::payload
