// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A region in a memory file, mapped once as the target sees it and once as the controller does.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <new>

#include "injector/base/error.h"
#include "injector/base/mapping.h"
#include "injector/base/unique_fd.h"
#include "payload/wire/control.h"
#include "payload/wire/record.h"
#include "payload/wire/slot.h"

namespace memray::tests {

struct Shape {
    std::uint32_t slots{4};
    std::uint32_t ring_words{256};
    std::uint32_t frames{16};
    std::uint32_t hex_version{0x030B0200};
};

class SharedRegion {
public:
    explicit SharedRegion(Shape shape = {}) : shape_(shape), fd_(::memfd_create("region", MFD_CLOEXEC)) {
        const std::uint64_t stride = wire::slot_stride(shape.frames, shape.ring_words);
        size_ = wire::kFirstSlotOffset + stride * shape.slots;
        if (::ftruncate(fd_.get(), static_cast<off_t>(size_)) != 0) { throw base::system_error("region"); }
        target_ = base::Mapping::shared(fd_.get(), size_);
        auto* page = new (target_.data()) wire::ControlPage;
        page->region_size = size_;
        page->slots_offset = wire::kFirstSlotOffset;
        page->slot_stride = stride;
        page->slot_count = shape.slots;
        page->ring_words = shape.ring_words;
        page->frame_capacity = shape.frames;
        page->phase = wire::Phase::kRecording;
        auto* info = new (static_cast<unsigned char*>(target_.data()) + wire::kTargetInfoOffset) wire::TargetInfo;
        info->layout.hex_version = shape.hex_version;
    }

    [[nodiscard]] base::Mapping controller_mapping() const { return base::Mapping::shared(fd_.get(), size_); }
    [[nodiscard]] wire::ControlPage& control() const { return *static_cast<wire::ControlPage*>(target_.data()); }
    [[nodiscard]] wire::Slot& slot(std::uint32_t index) const { return *wire::slot_at(control(), index); }
    [[nodiscard]] const Shape& shape() const { return shape_; }

private:
    Shape shape_;
    base::UniqueFd fd_;
    std::size_t size_{0};
    base::Mapping target_;
};

}  // namespace memray::tests
