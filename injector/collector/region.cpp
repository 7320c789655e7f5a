// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/region.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "injector/base/error.h"
#include "payload/wire/record.h"

namespace memray::collector {
namespace {

constexpr std::uint32_t kMaxFrameCapacity = 1U << 20U;

void require(bool condition, const char* what) {
    if (!condition) { throw base::Error(std::string("shared memory of the target is not usable: ") + what); }
}

void check_slots(std::uint64_t offset, std::uint64_t stride, std::uint32_t count, std::size_t size) {
    require(offset >= wire::kFirstSlotOffset && offset % wire::kPageSize == 0 && offset <= size, "bad slot offset");
    require(stride % wire::kPageSize == 0 && stride > 0, "bad slot size");
    require(count > 0 && count <= (size - offset) / stride, "slots beyond the end");
}

}  // namespace

Region::Region(base::Mapping mapping) : mapping_(std::move(mapping)) {
    require(mapping_.data() != nullptr && mapping_.size() >= wire::kFirstSlotOffset, "too small");
    auto* bytes = static_cast<unsigned char*>(mapping_.data());
    control_ = reinterpret_cast<wire::ControlPage*>(bytes);
    const auto* info = reinterpret_cast<const wire::TargetInfo*>(bytes + wire::kTargetInfoOffset);
    require(control_->magic == wire::kRegionMagic && control_->version == wire::kProtocolVersion, "another version");
    slots_offset_ = control_->slots_offset;
    slot_stride_ = control_->slot_stride;
    slot_count_ = control_->slot_count;
    ring_words_ = control_->ring_words;
    frame_capacity_ = control_->frame_capacity;
    hex_version_ = info->layout.hex_version;
    check_slots(slots_offset_, slot_stride_, slot_count_, mapping_.size());
    require(std::has_single_bit(ring_words_) && ring_words_ >= wire::kMaxRecordWords, "bad ring size");
    require(frame_capacity_ <= kMaxFrameCapacity, "bad frame capacity");
    const std::uint32_t native_capacity = control_->native_capacity;
    require(native_capacity <= kMaxFrameCapacity, "bad native capacity");
    require(slot_stride_ >= wire::slot_stride(frame_capacity_, ring_words_, native_capacity), "slots overlap");
    if (native_capacity != 0) { find_directory(control_->directory_offset); }
}

void Region::find_directory(std::uint64_t offset) {
    require(offset % wire::kPageSize == 0 && offset >= slots_offset_ + slot_stride_ * slot_count_, "bad directory");
    require(offset <= mapping_.size() && mapping_.size() - offset >= wire::kTablesOffset, "directory beyond the end");
    directory_ = reinterpret_cast<wire::ModuleDirectory*>(static_cast<unsigned char*>(mapping_.data()) + offset);
    directory_size_ = mapping_.size() - offset;
}

wire::Slot& Region::slot(std::uint32_t index) const noexcept {
    auto* bytes = static_cast<unsigned char*>(mapping_.data());
    return *reinterpret_cast<wire::Slot*>(bytes + slots_offset_ + slot_stride_ * index);
}

std::uint32_t Region::used_slots() const noexcept {
    return std::min(control_->slots_high_water.load(std::memory_order_acquire), slot_count_);
}

}  // namespace memray::collector
