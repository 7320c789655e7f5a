// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Which loaded objects were patched already, so that a program that loads a hundred libraries one by one is not scanned
// from the start each time. Forgets everything when an object was unloaded, because its place may be taken by another.
#pragma once

#include <array>
#include <cstdint>

namespace memray::payload {

class SeenObjects {
public:
    // `unloaded`: how many objects were ever unloaded (dl_phdr_info::dlpi_subs).
    void begin_scan(unsigned long long unloaded) noexcept {
        if (unloaded != unloaded_) { forget(); }
        unloaded_ = unloaded;
    }
    [[nodiscard]] bool contains(std::uintptr_t key) const noexcept {
        for (std::uint32_t i = 0; i < kWindow; ++i) {
            if (entries_[(key / kGranularity + i) % kSize] == key) { return true; }
        }
        return false;
    }
    // Of one that it does not contain. When the table is full, an object goes on counting as not seen.
    void add(std::uintptr_t key) noexcept {
        for (std::uint32_t i = 0; i < kWindow; ++i) {
            std::uintptr_t& entry = entries_[(key / kGranularity + i) % kSize];
            if (entry != 0) { continue; }
            entry = key;
            return;
        }
    }
    void forget() noexcept {
        for (std::uintptr_t& entry : entries_) { entry = 0; }
    }

private:
    static constexpr std::uint32_t kSize = 2039;  // prime: load addresses are multiples of pages
    static constexpr std::uint32_t kWindow = 32;
    static constexpr std::uintptr_t kGranularity = 64;
    std::array<std::uintptr_t, kSize> entries_{};
    unsigned long long unloaded_{0};
};

}  // namespace memray::payload
