// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A region with a directory of modules and a single slot, in a memory file.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <new>

#include "injector/base/error.h"
#include "injector/base/mapping.h"
#include "injector/base/unique_fd.h"
#include "payload/wire/control.h"
#include "payload/wire/module_directory.h"
#include "payload/wire/slot.h"

namespace memray::tests {

class NativeRegion {
public:
    static constexpr std::uint32_t kFrames = 64;
    static constexpr std::uint32_t kRingWords = 256;

    explicit NativeRegion(std::uint64_t tables = std::uint64_t{64} << 20U)
        : file_(::memfd_create("region", MFD_CLOEXEC)), offset_(wire::kFirstSlotOffset + stride()) {
        size_ = offset_ + wire::kTablesOffset + tables;
        if (!file_ || ::ftruncate(file_.get(), static_cast<off_t>(size_)) != 0) {
            throw base::system_error("making a region");
        }
        const base::Mapping mapping = map();
        auto* control = new (mapping.data()) wire::ControlPage;
        control->region_size = size_;
        control->slots_offset = wire::kFirstSlotOffset;
        control->slot_stride = stride();
        control->slot_count = 1;
        control->ring_words = kRingWords;
        control->frame_capacity = kFrames;
        control->native_capacity = kFrames;
        control->directory_offset = offset_;
    }

    [[nodiscard]] base::Mapping map() const { return base::Mapping::shared(file_.get(), size_); }
    [[nodiscard]] int descriptor() const { return file_.get(); }

private:
    static constexpr std::uint64_t stride() { return wire::slot_stride(kFrames, kRingWords, kFrames); }

    base::UniqueFd file_;
    std::uint64_t offset_;
    std::uint64_t size_{0};
};

}  // namespace memray::tests
