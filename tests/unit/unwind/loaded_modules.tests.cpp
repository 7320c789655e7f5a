// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/unwind/loaded_modules.h"

#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/unit/capture/scratch_dir.h"

using namespace memray;
using base::RemoteAddr;
using unwind::ModulePlace;

TEST_CASE("modules are the files with code, each at its first page") {
    const auto maps = elf::parse_maps(
        "1000-2000 r--p 00000000 08:01 11 /usr/bin/program\n"
        "2000-3000 r-xp 00001000 08:01 11 /usr/bin/program\n"
        "5000-6000 rw-p 00000000 00:00 0 [heap]\n"
        "7000-8000 r--p 00000000 08:01 12 /usr/share/data\n"
        "8000-9000 r-xp 00000000 00:00 0 \n"
        "9000-a000 r-xp 00001000 08:01 13 /tmp/code without header\n"
        "a000-b000 r-xp 00000000 08:01 14 /tmp/gone.so (deleted)\n"
        "b000-c000 r-xp 00000000 00:00 0 [vdso]\n"
        "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]\n");
    const std::vector<ModulePlace> expected{{RemoteAddr(0x1000), 11, "/usr/bin/program"},
                                            {RemoteAddr(0xa000), 14, "/tmp/gone.so (deleted)"},
                                            {RemoteAddr(0xb000), 0, "[vdso]"}};
    CHECK(unwind::module_places(maps) == expected);
}

TEST_CASE("a first segment in pieces is one module; another file at the same path is another") {
    const auto maps = elf::parse_maps(
        "1000-2000 r--p 00000000 08:01 11 /lib/a.so\n"
        "2000-3000 r--p 00000000 08:01 11 /lib/a.so\n"
        "3000-4000 r-xp 00001000 08:01 11 /lib/a.so\n"
        "5000-6000 r-xp 00000000 08:01 12 /lib/a.so\n"
        "7000-8000 ---p 00000000 08:01 13 /lib/b.so\n"
        "8000-9000 r-xp 00001000 08:01 13 /lib/b.so\n");
    const std::vector<ModulePlace> expected{{RemoteAddr(0x1000), 11, "/lib/a.so"},
                                            {RemoteAddr(0x5000), 12, "/lib/a.so"}};
    CHECK(unwind::module_places(maps) == expected);
}

TEST_CASE("of a live process its program and vdso are found") {
    const std::vector<ModulePlace> places = unwind::read_module_places(::getpid());
    const std::string program = std::filesystem::read_symlink("/proc/self/exe");
    const auto count = [&places](const std::string& path) {
        return std::count_if(places.begin(), places.end(), [&path](const auto& place) { return place.path == path; });
    };
    CHECK(count(program) == 1);
    const RemoteAddr vdso(::getauxval(AT_SYSINFO_EHDR));
    CHECK(std::count(places.begin(), places.end(), ModulePlace{vdso, 0, "[vdso]"}) == 1);
}

TEST_CASE("facts of a file are those of the very file that is mapped") {
    const ScratchDir scratch;
    const std::string path = scratch.file("module");
    write_file(path, "12345");
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    const unwind::FileFacts facts = unwind::file_facts(::getpid(), {RemoteAddr(0x1000), status.st_ino, path});
    CHECK(facts.size == 5);
    CHECK(facts.modified_ns == status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec);
    const unwind::FileFacts other = unwind::file_facts(::getpid(), {RemoteAddr(0x1000), status.st_ino + 1, path});
    CHECK(other.size == 0);
    CHECK(other.modified_ns == 0);
    CHECK(unwind::file_facts(::getpid(), {RemoteAddr(0x1000), 0, "[vdso]"}).size == 0);
}
