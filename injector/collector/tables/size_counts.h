// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// How often each size was asked for. Small sizes in an array, the others by hash.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "injector/capture/profile.h"
#include "injector/interning/key_index.h"

namespace memray::collector {

class SizeCounts {
public:
    void add(std::uint64_t size) {
        if (size < kSmall) {
            ++small_[size];
            return;
        }
        const std::uint32_t number = index_.number(size);
        if (number == large_.size()) { large_.push_back(0); }
        ++large_[number];
    }
    // Ascending.
    [[nodiscard]] std::vector<capture::SizeCount> sorted() const;

private:
    static constexpr std::size_t kSmall = 2048;
    std::array<std::uint64_t, kSmall> small_{};
    interning::KeyIndex index_;
    std::vector<std::uint64_t> large_;
};

}  // namespace memray::collector
