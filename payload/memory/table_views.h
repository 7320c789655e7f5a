// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The unwind tables of a recording as this process has them mapped. There are the more of them the more modules are
// loaded, so each view is at least twice as long as the one before. Threads may be reading an old one: it stays.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "payload/wire/control.h"

namespace memray::payload {

class TableViews {
public:
    // The tables begin behind `page`, a mapped page of the file, and are `limit` bytes at most. Nothing is mapped yet.
    void open(const wire::ControlPage& control, void* page, std::uint64_t limit) noexcept;
    // All of them are mapped already; close() leaves them.
    void open_whole(const unsigned char* tables, std::uint64_t size) noexcept;
    // Nobody may be reading.
    void close() noexcept;

    // Where the first `end` bytes are to be read; nullptr if there are not so many, or they cannot be mapped.
    [[nodiscard]] const unsigned char* up_to(std::uint64_t end) noexcept;

private:
    static constexpr std::uint64_t kFirst = std::uint64_t{1} << 20U;
    static constexpr std::uint32_t kViews = 12;

    [[nodiscard]] std::uint64_t size_of(std::uint32_t view) const noexcept;
    unsigned char* map(std::uint32_t view) noexcept;

    std::uint64_t limit_{0};
    std::uint64_t first_{0};  // bytes of the smallest view
    const wire::ControlPage* control_{nullptr};
    void* page_{nullptr};  // nullptr: not to be mapped here
    std::array<std::atomic<unsigned char*>, kViews> views_{};
};

}  // namespace memray::payload
