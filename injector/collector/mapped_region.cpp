// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/mapped_region.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "injector/base/error.h"
#include "payload/wire/record.h"

namespace memray::collector {
namespace {

// Where a hostile target says that it has more threads than anybody needs.
constexpr std::uint32_t kMaxSlots = 1U << 16U;
constexpr std::uint32_t kMaxRingWords = 1U << 24U;

void require(bool condition, const char* what) {
    if (!condition) { throw base::Error(std::string("shared memory of the target is not usable: ") + what); }
}

bool is_place(std::uint64_t offset) { return offset % wire::kPageSize == 0 && offset >= wire::kRegionHeadSize; }

base::Mapping map_head(const base::SharedMemory& memory) {
    require(memory.contains(0, wire::kRegionHeadSize), "too small");
    return memory.map(0, wire::kRegionHeadSize);
}

}  // namespace

MappedRegion::MappedRegion(base::SharedMemory memory) : memory_(std::move(memory)), head_(map_head(memory_)) {
    const wire::ControlPage& page = control();
    require(page.magic == wire::kRegionMagic && page.version == wire::kProtocolVersion, "another version");
    wire::TargetInfo info;
    std::memcpy(&info, static_cast<const unsigned char*>(head_.data()) + wire::kTargetInfoOffset, sizeof info);
    hex_version_ = info.layout.hex_version;
    ring_words_ = page.ring_words;
    require(std::has_single_bit(ring_words_) && ring_words_ >= wire::kMaxRecordWords && ring_words_ <= kMaxRingWords,
            "bad ring size");
    slots_offset_ = page.slots_offset;
    slot_count_ = page.slot_count;
    require(is_place(slots_offset_), "bad slot offset");
    require(slot_count_ > 0 && slot_count_ <= kMaxSlots, "bad number of slots");
    require(memory_.contains(slots_offset_, wire::slot_size(ring_words_) * slot_count_), "slots beyond the end");
    if (page.native_capacity != 0) { map_directory(); }
}

void MappedRegion::map_directory() {
    directory_offset_ = control().directory_offset;
    directory_size_ = control().directory_size;
    require(is_place(directory_offset_) && directory_size_ >= wire::kTablesOffset, "bad directory");
    require(memory_.contains(directory_offset_, directory_size_), "directory beyond the end");
    directory_ = memory_.map(directory_offset_, wire::kTablesOffset);
}

std::uint32_t MappedRegion::map_used_slots() {
    const std::uint64_t size = wire::slot_size(ring_words_);
    const std::uint32_t used = std::min(control().slots_high_water.load(std::memory_order_acquire), slot_count_);
    try {
        while (slots_.size() < used) { slots_.push_back(memory_.map(slots_offset_ + size * slots_.size(), size)); }
    } catch (const base::Error& error) { failure_ = error.what(); }
    return static_cast<std::uint32_t>(slots_.size());
}

void MappedRegion::write_table(std::uint64_t offset, const std::vector<std::uint8_t>& bytes) const {
    const std::uint64_t before = offset % wire::kPageSize;
    const base::Mapping view = memory_.map(directory_offset_ + offset - before, before + bytes.size());
    std::memcpy(static_cast<unsigned char*>(view.data()) + before, bytes.data(), bytes.size());
}

}  // namespace memray::collector
