// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A region in a memory file, mapped once as the target sees it and once as the controller does.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <new>

#include "injector/base/error.h"
#include "injector/base/mapping.h"
#include "injector/base/shared_memory.h"
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
    explicit SharedRegion(Shape shape = {})
        : shape_(shape), file_(std::make_shared<const base::UniqueFd>(::memfd_create("region", MFD_CLOEXEC))) {
        const std::uint64_t size = wire::kRegionHeadSize + wire::slot_size(shape.ring_words) * shape.slots;
        if (::ftruncate(file_->get(), static_cast<off_t>(size)) != 0) { throw base::system_error("region"); }
        target_ = base::Mapping::shared(file_->get(), size);
        auto* page = new (target_.data()) wire::ControlPage;
        page->slots_offset = wire::kRegionHeadSize;
        page->slot_count = shape.slots;
        page->ring_words = shape.ring_words;
        page->frame_capacity = shape.frames;
        page->phase = wire::Phase::kRecording;
        auto* info = new (static_cast<unsigned char*>(target_.data()) + wire::kTargetInfoOffset) wire::TargetInfo;
        info->layout.hex_version = shape.hex_version;
    }

    [[nodiscard]] base::SharedMemory controller_memory() const { return base::SharedMemory(file_); }
    [[nodiscard]] wire::ControlPage& control() const { return *static_cast<wire::ControlPage*>(target_.data()); }
    [[nodiscard]] wire::Slot& slot(std::uint32_t index) const {
        auto* slots = static_cast<unsigned char*>(target_.data()) + wire::kRegionHeadSize;
        return *reinterpret_cast<wire::Slot*>(slots + wire::slot_size(shape_.ring_words) * index);
    }
    [[nodiscard]] const Shape& shape() const { return shape_; }

private:
    Shape shape_;
    std::shared_ptr<const base::UniqueFd> file_;
    base::Mapping target_;
};

}  // namespace memray::tests
