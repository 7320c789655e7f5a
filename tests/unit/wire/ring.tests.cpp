// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <sched.h>

#include <catch2/catch.hpp>
#include <random>
#include <thread>
#include <vector>

#include "payload/wire/ring_reader.h"
#include "payload/wire/ring_writer.h"
#include "tests/support/region.h"

using namespace memray;
using tests::Region;
using wire::Allocator;
using wire::RecordKind;

namespace {

bool never(wire::Slot&) { return false; }
bool yield(wire::Slot&) {
    sched_yield();
    return true;
}

wire::RingWriter writer_of(const Region& region, std::uint32_t index = 0) {
    return {region.slot(index), region.shape().ring_words};
}
wire::RingReader reader_of(const Region& region, std::uint32_t index = 0) {
    return {region.slot(index), region.shape().ring_words};
}

template <typename Wait>
bool put_event(wire::RingWriter& writer, std::uint64_t number, Wait wait) {
    if (!writer.reserve(3, wait)) { return false; }
    writer.put(wire::header_word(RecordKind::kAllocation, Allocator::kMalloc, number & 0xffff));
    writer.put(number * 16);
    writer.put(number);
    writer.commit();
    return true;
}

}  // namespace

TEST_CASE("a record is read as it was written") {
    const Region region;
    auto writer = writer_of(region);
    auto reader = reader_of(region);
    REQUIRE_FALSE(reader.has_record());
    REQUIRE(put_event(writer, 7, never));
    REQUIRE(reader.has_record());
    REQUIRE(reader.record_length() == 3);
    CHECK(wire::kind_of(reader.word(0)) == RecordKind::kAllocation);
    CHECK(wire::allocator_of(reader.word(0)) == Allocator::kMalloc);
    CHECK(wire::value_of(reader.word(0)) == 7);
    CHECK(reader.word(1) == 112);
    CHECK(reader.word(2) == 7);
    reader.skip(3);
    CHECK_FALSE(reader.has_record());
    CHECK(reader.drained());
}

TEST_CASE("records written at once are read as they were written, wherever the ring wraps") {
    const Region region;
    auto writer = writer_of(region);
    auto reader = reader_of(region);
    for (std::uint64_t number = 0; number < 1000; ++number) {
        REQUIRE(writer.reserve(3, never));
        writer.put_record(wire::header_word(RecordKind::kDeallocation, Allocator::kFree, number), 16 * number, ~number);
        CHECK_FALSE(reader.has_record());
        writer.commit();
        REQUIRE(reader.has_record());
        REQUIRE(reader.record_length() == 3);
        CHECK(wire::value_of(reader.word(0)) == number);
        CHECK(reader.word(1) == 16 * number);
        CHECK(reader.word(2) == ~number);
        reader.skip(3);
        reader.release();
    }
}

TEST_CASE("words are invisible until they are committed") {
    const Region region;
    auto writer = writer_of(region);
    auto reader = reader_of(region);
    REQUIRE(writer.reserve(3, never));
    for (std::uint64_t word : {wire::header_word(RecordKind::kFinish, Allocator::kNone, 0), 0UL, 1UL}) {
        writer.put(word);
    }
    CHECK_FALSE(reader.has_record());
    writer.commit();
    CHECK(reader.has_record());
}

TEST_CASE("a full ring refuses more until the reader releases") {
    const Region region({1, 256, 8});
    auto writer = writer_of(region);
    auto reader = reader_of(region);
    std::uint64_t written = 0;
    while (put_event(writer, written, never)) { ++written; }
    CHECK(written == 85);  // 255 of 256 words
    REQUIRE(reader.has_record());
    reader.skip(3);
    CHECK_FALSE(put_event(writer, written, never));  // read, but not released
    CHECK_FALSE(reader.release());                   // nobody waits
    CHECK(put_event(writer, written, never));
}

TEST_CASE("releasing tells that a waiting writer must be woken") {
    const Region region({1, 256, 8});
    auto writer = writer_of(region);
    auto reader = reader_of(region);
    while (put_event(writer, 1, never)) {}
    bool woken = false;
    const auto wait = [&](wire::Slot& slot) {
        CHECK(slot.waiting.load() == 1);
        REQUIRE(reader.has_record());
        reader.skip(3);
        const auto before = slot.released.load();
        woken = reader.release();
        CHECK(slot.released.load() == before + 1);
        return true;
    };
    CHECK(put_event(writer, 2, wait));
    CHECK(woken);
    CHECK(region.slot(0).waiting.load() == 0);
}

TEST_CASE("200,000 records of mixed length pass a tiny ring between two threads in order") {
    const Region region({1, 128, 8});
    constexpr std::uint64_t kRecords = 200'000;
    std::thread thread([&] {
        auto writer = writer_of(region);
        std::minstd_rand random(1);
        for (std::uint64_t i = 0; i < kRecords; ++i) {
            const std::uint32_t pushes = static_cast<std::uint32_t>(random() % (wire::kMaxPushes + 1));
            (void)writer.reserve(1 + pushes, yield);
            writer.put(wire::header_word(RecordKind::kFrames, Allocator::kNone, wire::frames_value(0, pushes)));
            for (std::uint32_t k = 0; k < pushes; ++k) { writer.put(i + k); }
            writer.commit();
        }
    });
    auto reader = reader_of(region);
    std::minstd_rand random(1);
    std::uint64_t wrong = 0;
    for (std::uint64_t i = 0; i < kRecords;) {
        if (!reader.has_record()) {
            (void)reader.release();
            sched_yield();
            continue;
        }
        const std::size_t length = reader.record_length();
        const std::uint32_t pushes = static_cast<std::uint32_t>(random() % (wire::kMaxPushes + 1));
        wrong += length != 1 + pushes;
        for (std::uint32_t k = 0; k < pushes && length == 1 + pushes; ++k) { wrong += reader.word(1 + k) != i + k; }
        reader.skip(length);
        ++i;
    }
    thread.join();
    CHECK(wrong == 0);
    CHECK_FALSE(reader.corrupt());
}

TEST_CASE("a head beyond the ring marks it corrupt for good") {
    const Region region;
    auto reader = reader_of(region);
    region.slot(0).head.store(region.shape().ring_words + 1);
    CHECK_FALSE(reader.has_record());
    CHECK(reader.corrupt());
    region.slot(0).head.store(3);
    CHECK_FALSE(reader.has_record());
}

TEST_CASE("a header that no writer makes marks the ring corrupt") {
    const Region region;
    auto writer = writer_of(region);
    auto reader = reader_of(region);
    REQUIRE(writer.reserve(1, never));
    writer.put(GENERATE(0UL, 0xffUL, wire::header_word(RecordKind::kBytes, Allocator::kNone, wire::kMaxBytes + 1),
                        wire::header_word(RecordKind::kFrames, Allocator::kNone, wire::frames_value(0, 61)),
                        wire::header_word(RecordKind::kAllocation, Allocator::kMalloc, 1)));  // promises two more words
    writer.commit();
    REQUIRE(reader.has_record());
    CHECK(reader.record_length() == 0);
    CHECK(reader.corrupt());
    CHECK_FALSE(reader.has_record());
}

TEST_CASE("every record kind has its length") {
    CHECK(wire::record_words(wire::header_word(RecordKind::kBytes, Allocator::kNone, 0)) == 1);
    CHECK(wire::record_words(wire::header_word(RecordKind::kBytes, Allocator::kNone, 9)) == 3);
    CHECK(wire::record_words(wire::header_word(RecordKind::kBytes, Allocator::kNone, wire::kMaxBytes)) <=
          wire::kMaxRecordWords);
    CHECK(wire::record_words(wire::header_word(RecordKind::kCode, Allocator::kNone, 1)) == 4);
    CHECK(wire::record_words(wire::header_word(RecordKind::kThreadName, Allocator::kNone, 0)) == 1);
    CHECK(wire::record_words(wire::header_word(RecordKind::kUndoDeallocation, Allocator::kNone, 0)) == 3);
}

TEST_CASE("frames and frame changes survive packing") {
    const auto word = wire::frame_word(0xfedcba98U, -1);
    CHECK(wire::code_of(word) == 0xfedcba98U);
    CHECK(wire::instruction_of(word) == -1);
    const auto value = wire::frames_value(0xffffff, 60);
    CHECK(wire::pops_of(value) == 0xffffff);
    CHECK(wire::pushes_of(value) == 60);
}
