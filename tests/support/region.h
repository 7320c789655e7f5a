// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A region laid out in the test's own memory, for tests of either end of the rings.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <new>
#include <stdexcept>

#include "payload/wire/control.h"
#include "payload/wire/record.h"
#include "payload/wire/slot.h"

namespace memray::tests {

struct RegionShape {
    std::uint32_t slots{4};
    std::uint32_t ring_words{256};
    std::uint32_t frames{64};
};

class Region {
public:
    explicit Region(RegionShape shape = {}) : shape_(shape) {
        size_ = wire::kRegionHeadSize + wire::slot_size(shape.ring_words) * shape.slots;
        data_ = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (data_ == MAP_FAILED) { throw std::runtime_error("no memory for a region"); }
        auto* control = new (data_) wire::ControlPage;
        new (static_cast<unsigned char*>(data_) + wire::kTargetInfoOffset) wire::TargetInfo;
        control->slots_offset = wire::kRegionHeadSize;
        control->slot_count = shape.slots;
        control->ring_words = shape.ring_words;
        control->frame_capacity = shape.frames;
    }
    ~Region() { ::munmap(data_, size_); }
    Region(const Region&) = delete;
    Region& operator=(const Region&) = delete;

    [[nodiscard]] void* data() const { return data_; }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] wire::ControlPage& control() const { return *static_cast<wire::ControlPage*>(data_); }
    [[nodiscard]] wire::TargetInfo& info() const {
        return *reinterpret_cast<wire::TargetInfo*>(static_cast<unsigned char*>(data_) + wire::kTargetInfoOffset);
    }
    [[nodiscard]] wire::Slot& slot(std::uint32_t index) const {
        auto* slots = static_cast<unsigned char*>(data_) + wire::kRegionHeadSize;
        return *reinterpret_cast<wire::Slot*>(slots + wire::slot_size(shape_.ring_words) * index);
    }
    [[nodiscard]] const RegionShape& shape() const { return shape_; }

private:
    RegionShape shape_;
    void* data_{nullptr};
    std::size_t size_{0};
};

}  // namespace memray::tests
