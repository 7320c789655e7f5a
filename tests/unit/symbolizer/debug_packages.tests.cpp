// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/debug_packages.h"

#include <catch2/catch.hpp>

#include "tests/unit/capture/scratch_dir.h"
#include "tests/unit/symbolizer/subject.h"

using namespace memray;
using namespace memray::symbolizer;
using capture::SymbolSource;

namespace {

// A Debian system with three packages.
struct System {
    System() {
        tests::run_tool("mkdir -p " + dir.file("var/lib/dpkg/info") + " " + dir.file("etc"));
        list("libpython3.11-minimal:amd64", "/usr/bin/python3.11\n");
        list("libc6:amd64", "/lib\n/lib/x86_64-linux-gnu/libc.so.6\n");
        list("libfoo2", "/.\n/usr/lib/libfoo.so.2\n");
        write_file(dir.file("etc/os-release"), "PRETTY_NAME=\"Debian\"\nID=debian\n");
    }
    void list(const std::string& package, const std::string& files) const {
        write_file(dir.file("var/lib/dpkg/info/" + package + ".list"), files);
    }
    void module(const std::string& path, SymbolSource source) {
        profile.native_frames.push_back({static_cast<std::uint32_t>(profile.modules.size()), 1, false});
        profile.modules.emplace_back().path = path;
        symbols.modules.push_back({source});
        symbols.chains.emplace_back();
    }
    [[nodiscard]] std::string missing() const { return missing_debug_information(profile, symbols); }
    [[nodiscard]] std::string remedy() const { return symbolizer::remedy(profile, symbols, dir.file("")); }

    const ScratchDir dir;
    capture::Profile profile;
    capture::Symbols symbols;
};

}  // namespace

TEST_CASE("nothing is said when every module has debug information") {
    System system;
    system.module("/usr/bin/python3.11", SymbolSource::kDebugInformation);
    system.module("/usr/lib/unused.so", SymbolSource::kNotUsed);
    CHECK(system.missing().empty());
    CHECK(system.remedy().empty());
}

TEST_CASE("modules without debug information are named with the packages that have it") {
    System system;
    system.module("/usr/bin/python3.11", SymbolSource::kDynamicSymbols);
    system.module("/usr/lib/x86_64-linux-gnu/libc.so.6", SymbolSource::kMiniDebugInfo);
    system.module("/lib/libfoo.so.2", SymbolSource::kNone);
    CHECK(system.missing() ==
          "native functions or lines are missing for python3.11 (no debug information), libc.so.6 (no debug "
          "information), libfoo.so.2 (no symbols)");
    CHECK(system.remedy() ==
          "install libc6-dbg libfoo2-dbgsym python3.11-dbg or set DEBUGINFOD_URLS=https://debuginfod.debian.net, then "
          "run memray-symbolize --force");
}

TEST_CASE("for files of no package, a server is named") {
    System system;
    system.module("/opt/own.so", SymbolSource::kSymbolTable);
    CHECK(system.remedy() == "set DEBUGINFOD_URLS=https://debuginfod.debian.net, then run memray-symbolize --force");
    write_file(system.dir.file("etc/os-release"), "NAME=x\nID=fedora\n");
    CHECK(system.remedy() ==
          "set DEBUGINFOD_URLS=https://debuginfod.fedoraproject.org, then run memray-symbolize --force");
}

TEST_CASE("of files that are gone or others, the user is asked for the right ones") {
    System system;
    system.module("/lib/libfoo.so.2", SymbolSource::kMismatch);
    CHECK(system.missing() ==
          "native functions or lines are missing for libfoo.so.2 (file is another version than the one recorded)");
    CHECK(system.remedy() ==
          "say where the recorded files are with --sysroot or --debug-dir, then run memray-symbolize --force");
}

TEST_CASE("of many modules, the six with most addresses are named") {
    System system;
    for (char name = 'a'; name < 'i'; ++name) { system.module(std::string("/") + name, SymbolSource::kNone); }
    CHECK(system.missing().ends_with("e (no symbols), f (no symbols), 2 more"));
}
