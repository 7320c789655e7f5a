// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/perf_map.h"

#include <catch2/catch.hpp>

#include "tests/unit/capture/scratch_dir.h"
#include "tests/unit/symbolizer/subject.h"

using namespace memray;
using namespace memray::tests;
using symbolizer::PerfMap;

namespace {

// A recording of a process that is gone.
capture::Profile old_recording() {
    capture::Profile profile;
    profile.metadata.pid = 4'999'999;
    profile.metadata.start_ms = 1'700'000'000'000;
    profile.metadata.end_ms = 1'700'000'010'000;
    profile.native_frames = {{capture::kNoModule, 0x1008, true}, {capture::kNoModule, 0x2000, true}};
    return profile;
}

}  // namespace

TEST_CASE("a perf map names the ranges it lists") {
    const PerfMap map("1000 20 py::work:/app/a.py\nfffffffffffffff0 0xf last\n");
    CHECK(map.name_at(0xfff).empty());
    CHECK(map.name_at(0x1000) == "py::work:/app/a.py");
    CHECK(map.name_at(0x101f) == "py::work:/app/a.py");
    CHECK(map.name_at(0x1020).empty());
    CHECK(map.name_at(0xfffffffffffffff1) == "last");
}

TEST_CASE("later lines of a perf map replace what they overlap") {
    const PerfMap map("1000 100 first\n1080 10 second\n2000 10 a\n2010 10 b\n1ff8 20 c\n");
    CHECK(map.name_at(0x107f) == "first");
    CHECK(map.name_at(0x1080) == "second");
    CHECK(map.name_at(0x1090).empty());
    CHECK(map.name_at(0x2000) == "c");
    CHECK(map.name_at(0x2017) == "c");
    CHECK(map.name_at(0x2018).empty());  // what "b" was is gone
}

TEST_CASE("lines of a perf map that make no sense are left out") {
    const PerfMap map("\n\xff\xfe\nzzz 10 name\n10\n10 20\n10 20 \n10 0 empty\nffffffffffffffff 2 wraps\n30 8 good\n");
    CHECK(map.name_at(0x10).empty());
    CHECK(map.name_at(0x30) == "good");
    CHECK(PerfMap("").empty());
}

TEST_CASE("code made at run time has the names of the process's perf map, if it was written while recording") {
    const ScratchDir dir;
    const capture::Profile profile = old_recording();
    run_tool("mkdir " + dir.file("tmp"));
    const std::string path = dir.file("tmp/perf-4999999.map");
    write_file(path, "1000 20 jitted\n");
    SECTION("written while recording") {
        run_tool("touch -d @1700000009 " + path);
        CHECK(symbolized(profile, {.sysroot = dir.file("")}) ==
              std::vector<symbolizer::Names>{{{"jitted", "", 0}}, {}});
    }
    SECTION("of an earlier or later process with the same number") {
        run_tool("touch -d @" + GENERATE(as<std::string>(), "1600000000", "1700000100") + " " + path);
        CHECK(symbolized(profile, {.sysroot = dir.file("")}) == std::vector<symbolizer::Names>(2));
    }
    SECTION("of a process that had another number in its own PID namespace") {
        capture::Profile inside = profile;
        inside.threads = {{1, 8, ""}, {2, 7, ""}};
        inside.metadata.main_thread = 2;
        run_tool("touch -d @1700000009 " + path + " && mv " + path + " " + dir.file("tmp/perf-7.map"));
        CHECK(symbolized(inside, {.sysroot = dir.file("")}) == std::vector<symbolizer::Names>{{{"jitted", "", 0}}, {}});
        CHECK(symbolized(profile, {.sysroot = dir.file("")}) == std::vector<symbolizer::Names>(2));
    }
    SECTION("not a file") {
        run_tool("mv " + path + " " + path + "2 && ln -s " + path + "2 " + path);
        CHECK(symbolized(profile, {.sysroot = dir.file("")}) == std::vector<symbolizer::Names>(2));
    }
}
