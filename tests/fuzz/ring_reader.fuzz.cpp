// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Any bytes as what a target wrote into its rings: the collector takes what makes sense, gives the rest up, and its
// tables stay consistent. Input: for each of three slots, two bytes for the position it claims (words), two bytes for
// how many bytes of ring follow.
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "injector/collector/aggregator.h"
#include "injector/collector/mapped_region.h"
#include "injector/collector/native_modules.h"
#include "injector/collector/ordered_merge.h"
#include "injector/collector/record_decoder.h"
#include "tests/support/native_region.h"
#include "tests/unit/collector/support/shared_region.h"

using namespace memray;

namespace {

constexpr tests::Shape kShape{3, 512, 4};

class Input {
public:
    Input(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
    std::uint16_t number() {
        std::uint16_t value = 0;
        copy(&value, sizeof value);
        return value;
    }
    void copy(void* to, std::size_t wanted) {
        const std::size_t count = std::min(wanted, size_);
        if (count > 0) { std::memcpy(to, data_, count); }
        data_ += count;
        size_ -= count;
    }

private:
    const std::uint8_t* data_;
    std::size_t size_;
};

void fill(const tests::SharedRegion& region, Input input) {
    for (std::uint32_t index = 0; index < kShape.slots; ++index) {
        wire::Slot& slot = region.slot(index);
        slot.head = input.number();
        const std::size_t bytes = std::min<std::size_t>(input.number(), kShape.ring_words * sizeof(std::uint64_t));
        input.copy(wire::ring_of(slot), bytes);
        slot.thread = index + 1;
        slot.state = wire::SlotState::kClaimed;
    }
    region.control().slots_high_water = kShape.slots;
}

void require(bool good) {
    if (!good) { std::abort(); }
}

// The modules of this process, whose numbers native frames may say.
const collector::NativeModules& modules() {
    static const tests::NativeRegion memory;
    static const collector::MappedRegion region(memory.memory());
    static const collector::NativeModules all = [] {
        collector::NativeModules found(region, ::getpid());
        found.update();
        return found;
    }();
    return all;
}

void check_native(const capture::Profile& profile) {
    for (const capture::NativeFrame& frame : profile.native_frames) {
        require(frame.module == capture::kNoModule || frame.module < profile.modules.size());
    }
    for (std::size_t i = 1; i < profile.native_stacks.size(); ++i) {
        require(profile.native_stacks[i].parent < i);
        require(profile.native_stacks[i].frame < profile.native_frames.size());
    }
}

void check(const capture::Profile& profile) {
    check_native(profile);
    for (std::size_t i = 1; i < profile.stacks.size(); ++i) {
        require(profile.stacks[i].parent < i && profile.stacks[i].frame < profile.frames.size());
    }
    std::uint64_t leaked = 0;
    std::uint64_t all = 0;
    for (const capture::Site& site : profile.sites) {
        require(site.stack < profile.stacks.size() && site.native_stack < profile.native_stacks.size());
        require(site.file <= profile.shared_files.size());
        // Pieces of one mapping count as several. Shared memory was allocated by one and may count for another.
        require(site.leaked.bytes <= site.total.bytes || site.file != 0);
        if (capture::is_memory(site.allocator)) { leaked += site.leaked.bytes; }
        all += site.leaked.bytes;
    }
    require(leaked == profile.leaked.bytes);
    require(profile.leaked.bytes <= profile.peak.bytes);
    require(all <= profile.all_peak.bytes && profile.peak.bytes <= profile.all_peak.bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const tests::SharedRegion shared(kShape);
    fill(shared, {data, size});
    collector::MappedRegion region(shared.controller_memory());
    collector::Aggregator aggregator(0, nullptr);
    collector::OrderedMerge merge(region);
    capture::Profile profile;
    collector::MemoryDevices devices(::getpid());
    collector::RecordDecoder decoder(merge, region.slot_count(), region.hex_version(), aggregator, profile, &modules(),
                                     &devices);
    for (int round = 0; round < 2000; ++round) {
        if (merge.drain(decoder, 1000) > 0) { continue; }
        if (!merge.blocked()) { break; }
        merge.skip_missing();
    }
    profile.threads = decoder.threads();
    aggregator.fill(profile);
    check(profile);
    return 0;
}
