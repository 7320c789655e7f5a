// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/module_session.h"

#include <catch2/catch.hpp>

#include "tests/unit/symbolizer/library_copy.h"

using namespace memray;
using namespace memray::tests;
using capture::SymbolSource;
using symbolizer::Names;
using symbolizer::Options;

namespace {

// Symbols of functions that are not exported, compressed into the library, as Fedora does.
void add_mini_debug_info(const LibraryCopy& library) {
    library.run(
        "nm -D shapes.so --format=posix --defined-only | awk '{print $1}' | sort > exported && "
        "nm shapes.so --format=posix --defined-only | awk '$2 ~ /[TtD]/ {print $1}' | sort > all && "
        "comm -13 exported all > kept && objcopy --only-keep-debug shapes.so mini && "
        "objcopy -S --remove-section .comment --keep-symbols=kept mini && xz mini && "
        "strip --strip-all shapes.so && objcopy --add-section .gnu_debugdata=mini.xz shapes.so");
}

}  // namespace

TEST_CASE("debug information is found in the library itself") {
    const LibraryCopy library;
    SymbolSource source{};
    require_lines(symbolized(library.profile(), {}, &source));
    CHECK(source == SymbolSource::kDebugInformation);
}

TEST_CASE("debug information is found where .gnu_debuglink leads to") {
    const LibraryCopy library;
    library.split();
    library.run("objcopy --add-gnu-debuglink=shapes.debug shapes.so");
    Options options;
    SECTION("beside the library") {}
    SECTION("in .debug beside the library") { library.move_debug_file(".debug/shapes.debug"); }
    SECTION("in a debug directory, below the library's folder") {
        options.debug_dirs = {library.dir.file("debug")};
        library.move_debug_file("debug" + library.dir.file("shapes.debug"));
    }
    SymbolSource source{};
    require_lines(symbolized(library.profile(), options, &source));
    CHECK(source == SymbolSource::kDebugInformation);
}

TEST_CASE("debug information is found by build-id in any of several debug directories") {
    const LibraryCopy library;
    library.split();
    library.run("mkdir empty");
    library.move_debug_file("debug/" + library.debug_path());
    SymbolSource source{};
    require_lines(
        symbolized(library.profile(), {.debug_dirs = {library.dir.file("empty"), library.dir.file("debug")}}, &source));
    CHECK(source == SymbolSource::kDebugInformation);
}

TEST_CASE("the debug information of another build is not used") {
    const LibraryCopy library;
    const LibraryCopy other(shapes_upgraded());
    library.run("strip --strip-all shapes.so");
    other.run("objcopy --only-keep-debug shapes.so " + library.dir.file("shapes.debug"));
    SECTION("where .gnu_debuglink leads to") {
        library.run("objcopy --add-gnu-debuglink=shapes.debug shapes.so && echo >> shapes.debug");
    }
    SECTION("where the build-id leads to") { library.move_debug_file("debug/" + library.debug_path()); }
    SymbolSource source{};
    const auto names = symbolized(library.profile(), {.debug_dirs = {library.dir.file("")}}, &source);
    CHECK(names == std::vector<Names>{{}, {{"shapes_run", "", 0}}});
    CHECK(source == SymbolSource::kDynamicSymbols);
}

TEST_CASE("without debug information, the symbol table names functions") {
    const LibraryCopy library;
    library.run("strip --strip-debug shapes.so");
    SymbolSource source{};
    require_functions(symbolized(library.profile(), {}, &source));
    CHECK(source == SymbolSource::kSymbolTable);
}

TEST_CASE("mini debug information names functions that are not exported") {
    const LibraryCopy library;
    add_mini_debug_info(library);
    SymbolSource source{};
    require_functions(symbolized(library.profile(), {}, &source));
    CHECK(source == SymbolSource::kMiniDebugInfo);
}

TEST_CASE("a stripped library has the names of what it exports, and no wrong ones") {
    const LibraryCopy library;
    library.strip();
    SymbolSource source{};
    const auto names = symbolized(library.profile(), {}, &source);
    CHECK(names == std::vector<Names>{{}, {{"shapes_run", "", 0}}});
    CHECK(source == SymbolSource::kDynamicSymbols);
}

TEST_CASE("a function in assembly, of which there is only a symbol, has its name") {
    const std::uint64_t address = std::stoull(run_tool("nm " + shapes() + " | grep shapes_in_assembly"), nullptr, 16);
    const auto names = symbolized(profile_of(module_of(shapes()), {address + 4}));
    CHECK(names == std::vector<Names>{{{"shapes_in_assembly", "", 0}}});
}

TEST_CASE("an address outside of every function has no name") {
    const auto names = symbolized(profile_of(module_of(shapes()), {0, 0x10, 0x7fff'ffff'ffff, ~std::uint64_t{0}}));
    CHECK(names == std::vector<Names>(4));
}
