// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Encodes events into a buffer, a few nanoseconds each. It follows the slot numbers (see event.h), because an event
// names a slot by its distance from the last one.
#pragma once

#include <cassert>
#include <span>
#include <vector>

#include "injector/capture/events/event_code.h"
#include "injector/capture/format.h"

namespace memray::capture {

class EventEncoder {
public:
    void allocation(std::uint32_t site, std::uint64_t size) { put(Operation::kAllocation, site, size); }
    void restore(std::uint32_t site, std::uint64_t size) { put(Operation::kRestore, site, size); }

    void deallocation(std::uint32_t slot, bool other_thread) {
        assert(slot < next_slot_);  // as given out here: else reader and live table count differently
        std::uint8_t* out = room();
        const std::uint64_t step = zigzag(std::int64_t{slot} - std::int64_t{last_slot_});
        if (other_thread) [[unlikely]] {
            *out++ = operation_tag(Operation::kForeignFree);
            used(put_varint(out, step));
        } else {
            used(put_varint(out, (step << 1U) | kDeallocationBit));
        }
        last_slot_ = slot;
        free_slots_.push_back(slot);
    }

    void time(std::int64_t ms) {
        std::uint8_t* out = room();
        *out++ = operation_tag(Operation::kTime);
        used(put_varint(out, zigzag(ms - last_time_)));
        last_time_ = ms;
    }

    [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept { return {buffer_.data(), length_}; }
    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    // Forgets the bytes, not the state: the next block continues this one.
    void start_block() noexcept {
        length_ = 0;
        count_ = 0;
    }

private:
    void put(Operation operation, std::uint32_t site, std::uint64_t size) {
        if (site >= size_of_site_.size()) [[unlikely]] { size_of_site_.resize(std::size_t{site} * 2 + 64); }
        std::uint8_t* const tag = room();
        std::uint8_t* out = tag + 1;
        std::uint8_t same = operation_tag(operation);
        if (site == last_site_) {
            same |= kSameSite;
        } else {
            out = put_varint(out, zigzag(std::int64_t{site} - std::int64_t{last_site_}));
            last_site_ = site;
        }
        if (size == size_of_site_[site]) {
            same |= kSameSize;
        } else {
            out = put_varint(out, size);
            size_of_site_[site] = size;
        }
        *tag = same;
        used(out);
        take_slot();
    }

    void take_slot() {
        if (free_slots_.empty()) {
            last_slot_ = next_slot_++;
        } else {
            last_slot_ = free_slots_.back();
            free_slots_.pop_back();
        }
    }

    std::uint8_t* room() {
        if (buffer_.size() - length_ < kMaxEventBytes) [[unlikely]] { buffer_.resize(buffer_.size() * 2 + 4096); }
        return buffer_.data() + length_;
    }
    void used(const std::uint8_t* end) noexcept {
        length_ = static_cast<std::size_t>(end - buffer_.data());
        ++count_;
    }

    Bytes buffer_;
    std::size_t length_{0};
    std::uint64_t count_{0};
    std::vector<std::uint64_t> size_of_site_;
    std::vector<std::uint32_t> free_slots_;
    std::uint32_t next_slot_{0};
    std::uint32_t last_slot_{0};
    std::uint32_t last_site_{0};
    std::int64_t last_time_{0};
};

}  // namespace memray::capture
