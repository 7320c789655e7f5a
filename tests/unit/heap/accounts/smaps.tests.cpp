// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/accounts/smaps.h"

#include <catch2/catch.hpp>

namespace memray::heap {
namespace {

constexpr const char* kText =
    "555555554000-555555558000 r-xp 00000000 fe:00 326269                     /usr/bin/Rss: 7 kB\n"
    "Size:                 16 kB\n"
    "Rss:                  12 kB\n"
    "Pss:                   3 kB\n"
    "Pss_Dirty:             1 kB\n"
    "Private_Clean:         4 kB\n"
    "Private_Dirty:         8 kB\n"
    "AnonHugePages:         0 kB\n"
    "Swap:                  0 kB\n"
    "SwapPss:               0 kB\n"
    "VmFlags: rd ex mr mw me\n"
    "7f0000000000-7f0000400000 rw-p 00000000 00:00 0 \n"
    "Rss:                4096 kB\n"
    "Pss:                4096 kB\n"
    "AnonHugePages:      2048 kB\n"
    "Swap:                 40 kB\n";

TEST_CASE("what the kernel counts for each mapping is read") {
    const auto mappings = parse_smaps(kText);
    REQUIRE(mappings.size() == 2);
    CHECK(mappings[0].begin == base::RemoteAddr(0x5555'5555'4000));
    CHECK(mappings[0].end == base::RemoteAddr(0x5555'5555'8000));
    CHECK(mappings[0].resident == 12 << 10);
    CHECK(mappings[0].proportional == 3 << 10);
    CHECK(mappings[0].unique == 12 << 10);
    CHECK(mappings[1].huge == 2 << 20);
    CHECK(mappings[1].swapped == 40 << 10);
    const MappingUse total = sum(mappings);
    CHECK(total.resident == 4108 << 10);
    CHECK(total.proportional == 4099 << 10);
    CHECK(total.begin == mappings[0].begin);
    CHECK(total.end == mappings[1].end);
}

TEST_CASE("lines that make no sense are left out") {
    CHECK(parse_smaps("").empty());
    CHECK(parse_smaps("Rss: 5 kB\nnonsense\n10-5 rw-p\n-\nzz-zz \n10\n10-\n").empty());
    const auto mappings = parse_smaps("1000-2000 rw-p\nRss:\nRss: kB\nRss: 4 kB");
    REQUIRE(mappings.size() == 1);
    CHECK(mappings[0].resident == 4096);
}

}  // namespace
}  // namespace memray::heap
