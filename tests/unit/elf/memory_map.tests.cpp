// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/elf/memory_map.h"

#include <elf.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <catch2/catch.hpp>

using namespace memray::elf;

TEST_CASE("a line of maps has its range, rights, offset and path") {
    const auto maps = parse_maps(
        "00400000-00452000 r-xp 00001000 08:02 173521      /usr/bin/a program (deleted)\n"
        "7ffc0000-7ffd0000 rw-s 00000000 00:00 0 \n"
        "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]\n");
    REQUIRE(maps.size() == 3);
    CHECK(maps[0].begin == RemoteAddr(0x400000));
    CHECK(maps[0].end == RemoteAddr(0x452000));
    CHECK(maps[0].offset == 0x1000);
    CHECK(maps[0].device == makedev(8, 2));
    CHECK((maps[0].readable && !maps[0].writable && maps[0].executable));
    CHECK(maps[0].path == "/usr/bin/a program (deleted)");
    CHECK(maps[1].path.empty());
    CHECK((maps[1].readable && maps[1].writable && !maps[1].executable));
    CHECK(maps[2].path == "[vsyscall]");
}

TEST_CASE("lines that make no sense are left out") {
    for (const char* line : {"", "\n", "x", "10-", "10-20", "10-20 r", "20-10 r-xp 0 0:0 0 /x", "10-20 rwx 0 0:0 0 /x",
                             "10-20 r-xp zz 0:0 0 /x", "11111111111111111-2 r-xp 0 0:0 0", "- r-xp 0 0:0 0"}) {
        CAPTURE(line);
        CHECK(parse_maps(line).empty());
    }
    CHECK(parse_maps("x\n10-20 r-xp 0 0:0 0 /x\ny").size() == 1);
}

TEST_CASE("the maps of a live process hold its code") {
    bool found = false;
    for (const MapEntry& entry : read_maps(::getpid())) {
        const RemoteAddr code(reinterpret_cast<std::uint64_t>(&parse_maps));
        found = found || (entry.executable && entry.begin <= code && code < entry.end);
    }
    CHECK(found);
}

TEST_CASE("the auxiliary vector tells the entry and the loader") {
    const std::uint64_t words[] = {AT_PHDR, 1, AT_ENTRY, 0x401000, AT_BASE, 0x7f000000, AT_NULL, 0, AT_ENTRY, 5};
    const std::string_view bytes(reinterpret_cast<const char*>(words), sizeof words);
    CHECK(parse_auxv(bytes)->entry == RemoteAddr(0x401000));
    CHECK(parse_auxv(bytes)->loader_base == RemoteAddr(0x7f000000));
    CHECK(parse_auxv(bytes.substr(0, 40))->loader_base.is_null());
    CHECK_FALSE(parse_auxv(bytes.substr(0, 31)).has_value());
    CHECK_FALSE(parse_auxv("").has_value());
}
