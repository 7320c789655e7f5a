// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/unwind/byte_cursor.h"

#include <catch2/catch.hpp>
#include <limits>
#include <vector>

using memray::unwind::ByteCursor;
using Content = std::vector<std::uint8_t>;

TEST_CASE("numbers of every width are read one after the other") {
    const Content bytes{1, 2, 3, 4, 5, 6, 7};
    ByteCursor cursor(bytes);
    CHECK(cursor.byte() == 1);
    CHECK(cursor.fixed<std::uint16_t>() == 0x0302);
    CHECK(cursor.fixed<std::uint32_t>() == 0x07060504);
    CHECK(cursor.done());
    CHECK_FALSE(cursor.failed());
}

TEST_CASE("beyond the end there is nothing, and no way back") {
    const Content bytes{1, 2, 3};
    ByteCursor cursor(bytes);
    CHECK(cursor.fixed<std::uint32_t>() == 0);
    CHECK(cursor.failed());
    CHECK(cursor.done());
    CHECK(cursor.byte() == 0);
    CHECK(cursor.take(0).empty());
    CHECK(cursor.failed());
}

TEST_CASE("LEB128 numbers have their values") {
    const Content bytes{0x02, 0xe5, 0x8e, 0x26, 0x02, 0x7e, 0xff, 0x00, 0x80, 0x7f};
    ByteCursor cursor(bytes);
    CHECK(cursor.unsigned_leb() == 2);
    CHECK(cursor.unsigned_leb() == 624'485);
    CHECK(cursor.signed_leb() == 2);
    CHECK(cursor.signed_leb() == -2);
    CHECK(cursor.signed_leb() == 127);
    CHECK(cursor.signed_leb() == -128);
    CHECK(cursor.done());
    CHECK_FALSE(cursor.failed());
}

TEST_CASE("LEB128 numbers of 64 bits and more lose what is beyond that") {
    Content bytes(9, 0xff);
    SECTION("unsigned") {
        bytes.push_back(0x01);
        CHECK(ByteCursor(bytes).unsigned_leb() == std::numeric_limits<std::uint64_t>::max());
    }
    SECTION("the smallest signed one") {
        bytes.assign(9, 0x80);
        bytes.push_back(0x7f);
        CHECK(ByteCursor(bytes).signed_leb() == std::numeric_limits<std::int64_t>::min());
    }
    SECTION("padded") {
        bytes.assign(30, 0x80);
        bytes.push_back(0x00);
        CHECK(ByteCursor(bytes).unsigned_leb() == 0);
    }
}

TEST_CASE("a LEB128 number that does not end fails") {
    const Content bytes(5, 0x80);
    ByteCursor cursor(bytes);
    CHECK(cursor.unsigned_leb() == 0);
    CHECK(cursor.failed());
}

TEST_CASE("bytes are taken whole or not at all") {
    const Content bytes{1, 2, 3};
    ByteCursor cursor(bytes);
    CHECK(cursor.take(2).size() == 2);
    CHECK(cursor.position() == bytes.data() + 2);
    CHECK(cursor.take(std::numeric_limits<std::uint64_t>::max()).empty());
    CHECK(cursor.failed());
}
