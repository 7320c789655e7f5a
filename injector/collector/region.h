// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The shared region as the controller sees it: its layout is read and checked once and kept here, where the target
// cannot change it afterwards. All other classes take sizes from this one, never from the region.
#pragma once

#include <cstdint>

#include "injector/base/mapping.h"
#include "payload/wire/control.h"
#include "payload/wire/module_directory.h"
#include "payload/wire/slot.h"

namespace memray::collector {

class Region {
public:
    // Throws base::Error if the layout in the control page does not fit the mapping.
    explicit Region(base::Mapping mapping);

    [[nodiscard]] wire::ControlPage& control() const noexcept { return *control_; }
    [[nodiscard]] std::uint32_t hex_version() const noexcept { return hex_version_; }
    [[nodiscard]] std::uint32_t slot_count() const noexcept { return slot_count_; }
    [[nodiscard]] std::uint32_t ring_words() const noexcept { return ring_words_; }
    [[nodiscard]] std::uint32_t frame_capacity() const noexcept { return frame_capacity_; }
    // nullptr if native stacks are not recorded.
    [[nodiscard]] wire::ModuleDirectory* directory() const noexcept { return directory_; }
    [[nodiscard]] std::uint64_t directory_size() const noexcept { return directory_size_; }
    // `index` is below slot_count().
    [[nodiscard]] wire::Slot& slot(std::uint32_t index) const noexcept;
    // Slots below this one were claimed at least once.
    [[nodiscard]] std::uint32_t used_slots() const noexcept;

private:
    void find_directory(std::uint64_t offset);

    base::Mapping mapping_;
    wire::ControlPage* control_{nullptr};
    std::uint64_t slots_offset_{0};
    std::uint64_t slot_stride_{0};
    std::uint32_t hex_version_{0};
    std::uint32_t slot_count_{0};
    std::uint32_t ring_words_{0};
    std::uint32_t frame_capacity_{0};
    wire::ModuleDirectory* directory_{nullptr};
    std::uint64_t directory_size_{0};
};

}  // namespace memray::collector
