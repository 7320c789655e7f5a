// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/elf/modules.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>

#include "injector/base/file.h"

using namespace memray;
using namespace memray::elf;

namespace {

bool read_own(RemoteAddr address, void* data, std::size_t size) {
    std::memcpy(data, reinterpret_cast<const void*>(address.value()), size);
    return true;
}

Modules own_modules() {
    const auto auxv = parse_auxv(base::read_file("/proc/self/auxv"));
    REQUIRE(auxv.has_value());
    return {read_maps(::getpid()), auxv->entry, read_own};
}

}  // namespace

TEST_CASE("the executable comes first, libraries follow") {
    const Modules modules = own_modules();
    REQUIRE(modules.all().size() >= 3);
    CHECK(modules.all()[0].file_name() == "unit_elf");
    std::size_t loaders = 0;
    for (const Module& module : modules.all()) { loaders += module.file_name().starts_with("ld-") ? 1 : 0; }
    CHECK(loaders == 1);
}

TEST_CASE("a symbol is found in the first module that exports it, or in named ones only") {
    const Modules modules = own_modules();
    CHECK(modules.find("getpid") == modules.find_in("libc.", "getpid"));
    CHECK(modules.find("getpid").has_value());
    CHECK_FALSE(modules.find_in("libstdc++", "getpid").has_value());
    CHECK_FALSE(modules.find("no_such_symbol").has_value());
}

TEST_CASE("mapped files that are no code are no modules") {
    const std::vector<MapEntry> maps{
        {RemoteAddr(0x1000), RemoteAddr(0x2000), 0, true, false, false, 0, "/usr/share/data.so"},
        {RemoteAddr(0x3000), RemoteAddr(0x4000), 0, true, false, true, 0, "[vdso]"}};
    const Modules modules(maps, RemoteAddr(0x1000), [](RemoteAddr, void*, std::size_t) -> bool {
        throw std::logic_error("nothing here should be read");
    });
    CHECK(modules.all().empty());
}
