// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A region with a directory of modules and a single slot, in a memory file.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <memory>
#include <new>

#include "injector/base/error.h"
#include "injector/base/mapping.h"
#include "injector/base/shared_memory.h"
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
        : file_(std::make_shared<const base::UniqueFd>(::memfd_create("region", MFD_CLOEXEC))) {
        const std::uint64_t offset = wire::kRegionHeadSize + wire::slot_size(kRingWords);
        const std::uint64_t directory = wire::kTablesOffset + tables;
        if (::ftruncate(file_->get(), static_cast<off_t>(offset + directory)) != 0) {
            throw base::system_error("making a region");
        }
        const base::Mapping head = memory().map(0, wire::kRegionHeadSize);
        auto* control = new (head.data()) wire::ControlPage;
        control->slots_offset = wire::kRegionHeadSize;
        control->slot_count = 1;
        control->ring_words = kRingWords;
        control->frame_capacity = kFrames;
        control->native_capacity = kFrames;
        control->directory_offset = offset;
        control->directory_size = directory;
    }

    [[nodiscard]] base::SharedMemory memory() const { return base::SharedMemory(file_); }
    [[nodiscard]] int descriptor() const { return file_->get(); }

private:
    std::shared_ptr<const base::UniqueFd> file_;
};

}  // namespace memray::tests
