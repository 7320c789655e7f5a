// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A controller that scribbles over the positions of a ring: whatever it writes, the target's end stays inside its ring
// and never waits for good. Input: bytes that choose what each side does next.
#include "payload/wire/ring_writer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "payload/wire/record.h"

using namespace memray;

namespace {

constexpr std::uint32_t kWords = 128;
constexpr std::uint64_t kGuard = 0xfeedfacecafebeefULL;

// A slot with words on both sides of its ring that must not change.
class GuardedSlot {
public:
    GuardedSlot() : memory_(static_cast<unsigned char*>(std::aligned_alloc(wire::kPageSize, kBytes))) {
        std::fill_n(reinterpret_cast<std::uint64_t*>(memory_), kBytes / sizeof(std::uint64_t), kGuard);
        slot_ = new (memory_) wire::Slot;
    }
    ~GuardedSlot() { std::free(memory_); }
    GuardedSlot(const GuardedSlot&) = delete;
    GuardedSlot& operator=(const GuardedSlot&) = delete;

    wire::Slot& slot() { return *slot_; }
    [[nodiscard]] bool intact() const {
        const std::uint64_t* ring = wire::ring_of(*slot_);
        const auto* before = reinterpret_cast<const std::uint64_t*>(slot_ + 1);
        const auto* end = reinterpret_cast<const std::uint64_t*>(memory_ + kBytes);
        const auto good = [](std::uint64_t word) { return word == kGuard; };
        return std::all_of(before, ring, good) && std::all_of(ring + kWords, end, good);
    }

private:
    static constexpr std::size_t kBytes = 3 * wire::kPageSize;
    unsigned char* memory_;
    wire::Slot* slot_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    GuardedSlot guarded;
    wire::Slot& slot = guarded.slot();
    wire::RingWriter writer(slot, kWords);
    int waits = 0;
    for (std::size_t i = 0; i < size; ++i) {
        const std::size_t words = data[i] % (wire::kMaxRecordWords + 1);
        const auto scribble = [&](wire::Slot& shared) {
            shared.tail = shared.tail + std::uint64_t{data[i]} * (i % 5 == 0 ? 0x0101010101010101ULL : 1);
            shared.waiting = data[i];
            return ++waits % 4 != 0;
        };
        if (!writer.reserve(words, scribble)) { continue; }
        for (std::size_t word = 0; word < words; ++word) { writer.put(i); }
        writer.commit();
        if (data[i] % 7 == 0) { slot.tail = slot.head - data[i] % 3; }
    }
    if (!guarded.intact()) { std::abort(); }
    return 0;
}
