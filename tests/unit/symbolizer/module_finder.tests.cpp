// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/module_finder.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/unit/symbolizer/library_copy.h"

using namespace memray;
using namespace memray::tests;
using capture::SymbolSource;

namespace {

namespace fs = std::filesystem;

void write_own_vdso(const std::string& path) {
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
        if (!line.ends_with("[vdso]")) { continue; }
        std::size_t dash = 0;
        const std::uintptr_t begin = std::stoull(line, &dash, 16);
        const std::uintptr_t end = std::stoull(line.substr(dash + 1), nullptr, 16);
        std::ofstream(path, std::ios::binary)
            .write(reinterpret_cast<const char*>(begin), static_cast<std::streamsize>(end - begin));
        return;
    }
    FAIL("this process has no vdso");
}

}  // namespace

TEST_CASE("a library that is gone has no names, and the reason is kept") {
    const LibraryCopy library;
    const auto profile = library.profile();
    fs::remove(library.path);
    SymbolSource source{};
    require_nothing(symbolized(profile, {}, &source));
    CHECK(source == SymbolSource::kMissing);
}

TEST_CASE("a library that was upgraded since is never used") {
    const LibraryCopy library;
    const auto profile = library.profile();
    fs::remove(library.path);
    fs::copy_file(shapes_upgraded(), library.path);
    SymbolSource source{};
    require_nothing(symbolized(profile, {}, &source));
    CHECK(source == SymbolSource::kMismatch);
}

TEST_CASE("a library without build-id must have kept its size and time") {
    const LibraryCopy library;
    library.run("objcopy --remove-section .note.gnu.build-id shapes.so");
    const auto profile = library.profile();
    REQUIRE(profile.modules[0].build_id.empty());
    SymbolSource source{};
    require_lines(symbolized(profile, {}, &source));
    SECTION("another time") { library.run("touch -d 2020-01-01 shapes.so"); }
    SECTION("another size, same time") { library.run("cp -p shapes.so r; echo >> shapes.so; touch -r r shapes.so"); }
    require_nothing(symbolized(profile, {}, &source));
    CHECK(source == SymbolSource::kMismatch);
}

TEST_CASE("an upgraded library's old version is taken from a build-id directory") {
    const LibraryCopy library;
    const auto profile = library.profile();
    SECTION("the whole file") { library.run("cp shapes.so shapes.debug"); }
    SECTION("its debug file only") { library.split(); }
    library.move_debug_file("debug/" + library.debug_path());
    fs::remove(library.path);
    fs::copy_file(shapes_upgraded(), library.path);
    require_lines(symbolized(profile, {.debug_dirs = {library.dir.file("debug")}}));
}

TEST_CASE("files are looked for below the sysroot only, if there is one") {
    const LibraryCopy library;
    auto profile = library.profile();
    SECTION("the library is not there") {
        library.run("mkdir root");
        SymbolSource source{};
        require_nothing(symbolized(profile, {.sysroot = library.dir.file("root")}, &source));
        CHECK(source == SymbolSource::kMissing);
    }
    SECTION("the library is there") {
        library.run("mkdir -p root/opt && mv shapes.so root/opt");
        profile.modules[0].path = "/opt/shapes.so";
        require_lines(symbolized(profile, {.sysroot = library.dir.file("root")}));
    }
    SECTION("the library is there, and was recorded from outside") {
        library.run("mkdir -p root/opt && mv shapes.so root/opt");
        profile.modules[0].path = library.dir.file("root/opt/shapes.so");
        require_lines(symbolized(profile, {.sysroot = library.dir.file("root")}));
    }
    SECTION("the library and its debug information, apart, are there") {
        library.split();
        library.move_debug_file("root/usr/lib/debug/" + library.debug_path());
        library.run("mkdir -p root/opt && mv shapes.so root/opt");
        profile.modules[0].path = "/opt/shapes.so";
        require_lines(symbolized(profile, {.sysroot = library.dir.file("root")}));
    }
}

TEST_CASE("what is no ELF file, or none any more, gives no names and one reason") {
    const LibraryCopy library;
    const auto profile = library.profile();
    fs::remove(library.path);
    SECTION("text") { std::ofstream(library.path) << "not a library\n"; }
    SECTION("an empty file") { std::ofstream(library.path).close(); }
    SECTION("a folder") { fs::create_directory(library.path); }
    SECTION("a pipe") { REQUIRE(::mkfifo(library.path.c_str(), 0600) == 0); }
    SymbolSource source{};
    require_nothing(symbolized(profile, {}, &source));
    CHECK(source == SymbolSource::kUnreadable);
}

TEST_CASE("functions of the kernel's vdso have names, unless another kernel recorded them") {
    const ScratchDir dir;
    write_own_vdso(dir.file("vdso"));
    capture::Module module = module_of(dir.file("vdso"));
    module.path = "[vdso]";
    module.kind = capture::ModuleKind::kVdso;
    const std::string symbol = run_tool("nm -D " + dir.file("vdso") + " | grep ' T __vdso_clock_gettime'");
    const std::uint64_t address = std::stoull(symbol, nullptr, 16) + 1;
    const auto names = symbolized(profile_of(module, {address}));
    REQUIRE(names.at(0).size() == 1);
    CHECK(names[0][0].function.ends_with("clock_gettime"));  // two symbols have this address
    module.build_id.back() ^= 1;
    SymbolSource source{};
    CHECK(symbolized(profile_of(module, {address}), {}, &source) == std::vector<symbolizer::Names>(1));
    CHECK(source == SymbolSource::kMismatch);
}
