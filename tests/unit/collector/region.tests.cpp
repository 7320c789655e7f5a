// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <catch2/catch.hpp>

#include "injector/collector/mapped_region.h"
#include "support/shared_region.h"

namespace memray::collector {

using tests::SharedRegion;

TEST_CASE("a sane region is taken over") {
    const SharedRegion shared({.slots = 3, .ring_words = 128, .frames = 8});
    MappedRegion region(shared.controller_memory());
    CHECK(region.slot_count() == 3);
    CHECK(region.ring_words() == 128);
    CHECK(region.hex_version() == 0x030B0200);
    CHECK(region.map_used_slots() == 0);
    shared.control().slots_high_water = 3;
    CHECK(region.map_used_slots() == 3);
    shared.slot(2).tid = 77;
    CHECK(region.slot(2).tid == 77);
}

TEST_CASE("sizes are those of the moment of construction") {
    const SharedRegion shared;
    MappedRegion region(shared.controller_memory());
    shared.control().slot_count = 1'000'000;
    shared.control().slots_high_water = 1'000'000;
    CHECK(region.map_used_slots() == 4);
}

TEST_CASE("a region that does not fit its mapping is refused") {
    const SharedRegion shared;
    wire::ControlPage& control = shared.control();
    SECTION("too many slots") { control.slot_count = 5; }
    SECTION("no slots") { control.slot_count = 0; }
    SECTION("absurdly many slots") { control.slot_count = 0xffffffff; }
    SECTION("slots off the page") { control.slots_offset += 8; }
    SECTION("slots in the control page") { control.slots_offset = 0; }
    SECTION("slots behind the end") { control.slots_offset = std::uint64_t{1} << 40U; }
    SECTION("ring size no power of two") { control.ring_words = 255; }
    SECTION("ring too small for a record") { control.ring_words = 32; }
    SECTION("rings beyond the end") { control.ring_words = 1U << 20U; }
    SECTION("absurd ring size") { control.ring_words = 1U << 31U; }
    SECTION("a directory that is not there") { control.native_capacity = 8; }
    SECTION("another version") { control.version = 99; }
    SECTION("another magic") { control.magic = 1; }
    CHECK_THROWS_AS(MappedRegion(shared.controller_memory()), base::Error);
}

}  // namespace memray::collector
