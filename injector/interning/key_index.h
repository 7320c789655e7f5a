// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Gives 64-bit keys dense numbers 0, 1, 2, ... in order of first sight. The hash table behind frames, sites, intervals
// and sizes.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace memray::interning {

class KeyIndex {
public:
    // The number of `key`; size() grew by one if it is new.
    std::uint32_t number(std::uint64_t key) {
        std::size_t at = position(key);
        for (; cells_[at] != 0; at = (at + 1) & mask_) {
            if (keys_[cells_[at] - 1] == key) { return cells_[at] - 1; }
        }
        keys_.push_back(key);
        cells_[at] = static_cast<std::uint32_t>(keys_.size());
        if (keys_.size() * 2 > cells_.size()) { grow(); }
        assert(keys_.size() < cells_.size());  // else the search for a key that is not there would not end
        return static_cast<std::uint32_t>(keys_.size() - 1);
    }

    [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }
    [[nodiscard]] std::uint64_t key(std::uint32_t number) const noexcept {
        assert(number < keys_.size());
        return keys_[number];
    }

private:
    [[nodiscard]] std::size_t position(std::uint64_t key) const noexcept {
        const std::uint64_t mixed = (key ^ (key >> 32U)) * 0x9E3779B97F4A7C15ULL;
        return (mixed >> 32U) & mask_;
    }
    void grow() {
        mask_ = cells_.size() * 2 - 1;
        cells_.assign(mask_ + 1, 0);
        for (std::uint32_t i = 0; i < keys_.size(); ++i) {
            std::size_t at = position(keys_[i]);
            while (cells_[at] != 0) { at = (at + 1) & mask_; }
            cells_[at] = i + 1;
        }
    }

    std::size_t mask_{63};
    std::vector<std::uint32_t> cells_ = std::vector<std::uint32_t>(64);  // number + 1, 0: empty
    std::vector<std::uint64_t> keys_;
};

}  // namespace memray::interning
