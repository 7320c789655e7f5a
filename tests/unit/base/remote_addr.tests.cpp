// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/base/remote_addr.h"

#include <catch2/catch.hpp>

using memray::base::RemoteAddr;

TEST_CASE("addresses move by bytes and differ by bytes") {
    const RemoteAddr address(0x1000);
    CHECK((address + 0x10).value() == 0x1010);
    CHECK((address - 0x10).value() == 0xff0);
    CHECK((address + 0x10) - address == 0x10);
    CHECK((RemoteAddr(~0ULL) + 2).value() == 1);
}

TEST_CASE("addresses compare as numbers and the default is null") {
    CHECK(RemoteAddr().is_null());
    CHECK(RemoteAddr(1) < RemoteAddr(0xffff'ffff'0000'0000));
    CHECK(RemoteAddr(5) == RemoteAddr(5));
}

TEST_CASE("aligning rounds down") {
    CHECK(RemoteAddr(0x1fff).aligned_down(16).value() == 0x1ff0);
    CHECK(RemoteAddr(0x2000).aligned_down(4096).value() == 0x2000);
}
