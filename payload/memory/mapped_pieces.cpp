// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/memory/mapped_pieces.h"

#include "payload/memory/address_space.h"

namespace memray::payload {
namespace {

std::uint64_t bytes_of(std::uint32_t slots) noexcept {
    const std::uint64_t bytes = sizeof(MappedPieces) + sizeof(SlotEntry) * std::uint64_t{slots};
    return (bytes + wire::kPageSize - 1) / wire::kPageSize * wire::kPageSize;
}

unsigned char* last_page_of_head(MappedPieces& pieces) noexcept {
    return reinterpret_cast<unsigned char*>(pieces.control) + wire::kRegionHeadSize - wire::kPageSize;
}

bool open_directory(MappedPieces& pieces) noexcept {
    wire::ControlPage& control = *pieces.control;
    if (control.native_capacity == 0) { return true; }
    void* memory = map_behind(control, last_page_of_head(pieces), control.directory_offset - wire::kRegionHeadSize,
                              wire::kTablesOffset);
    if (memory == nullptr) { return false; }
    pieces.directory = static_cast<wire::ModuleDirectory*>(memory);
    unsigned char* end = static_cast<unsigned char*>(memory) + wire::kTablesOffset;
    pieces.tables.open(control, end - wire::kPageSize, control.directory_size - wire::kTablesOffset);
    return true;
}

void* map_slot(MappedPieces& pieces, std::uint32_t index) noexcept {
    wire::ControlPage& control = *pieces.control;
    const std::uint64_t size = pieces.slot_size;
    if (index == 0) {
        return map_behind(control, last_page_of_head(pieces), control.slots_offset - wire::kRegionHeadSize, size);
    }
    wire::Slot* before = pieces.entry(index - 1).slot.load(std::memory_order_acquire);
    if (before == nullptr) { return nullptr; }
    return map_behind(control, reinterpret_cast<unsigned char*>(before) + size - wire::kPageSize, 0, size);
}

}  // namespace

MappedPieces* open_pieces(wire::ControlPage& control) noexcept {
    auto* pieces = static_cast<MappedPieces*>(map_private(control, bytes_of(control.slot_count)));
    if (pieces == nullptr) { return nullptr; }
    pieces->control = &control;
    pieces->slot_count = control.slot_count;
    pieces->slot_size = wire::slot_size(control.ring_words);
    if (open_directory(*pieces)) { return pieces; }
    close_pieces(pieces);
    return nullptr;
}

void close_pieces(MappedPieces* pieces) noexcept {
    for (std::uint32_t index = 0; index < pieces->slot_count; ++index) {
        SlotEntry& entry = pieces->entry(index);
        unmap(entry.slot.load(std::memory_order_relaxed), pieces->slot_size);
        release_stacks(entry.stacks);
    }
    pieces->tables.close();
    unmap(pieces->directory, wire::kTablesOffset);
    unmap(pieces, bytes_of(pieces->slot_count));
}

wire::Slot* slot_at(MappedPieces& pieces, std::uint32_t index) noexcept {
    std::atomic<wire::Slot*>& entry = pieces.entry(index).slot;
    wire::Slot* there = entry.load(std::memory_order_acquire);
    if (there != nullptr) { return there; }
    auto* made = static_cast<wire::Slot*>(map_slot(pieces, index));
    // Another thread may have been faster: then that one's counts.
    if (made == nullptr || entry.compare_exchange_strong(there, made, std::memory_order_acq_rel)) { return made; }
    unmap(made, pieces.slot_size);
    return there;
}

}  // namespace memray::payload
