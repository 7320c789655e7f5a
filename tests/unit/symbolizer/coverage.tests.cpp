// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/coverage.h"

#include <catch2/catch.hpp>

using namespace memray;
using namespace memray::symbolizer;
using capture::SymbolSource;

namespace {

struct Case {
    capture::Profile profile;
    capture::Symbols symbols{{"", "f", "f.c"}, {}, {}, {}};

    void module(const std::string& path, SymbolSource source) {
        profile.modules.emplace_back().path = path;
        symbols.modules.push_back({source});
    }
    // Addresses of the newest module, or of none, each with one name.
    void add(std::size_t count, bool in_module, bool named, std::uint32_t line = 0) {
        for (std::size_t i = 0; i < count; ++i) {
            const auto module = static_cast<std::uint32_t>(profile.modules.size() - 1);
            profile.native_frames.push_back({in_module ? module : capture::kNoModule, i, false});
            symbols.chains.push_back({static_cast<std::uint32_t>(symbols.names.size()), named ? 1U : 0U});
            if (named) { symbols.names.push_back({1, line == 0 ? 0U : 2U, line}); }
        }
    }
};

Case mixed() {
    Case made;
    made.module("/usr/bin/python3", SymbolSource::kDebugInformation);
    made.add(1200, true, true, 7);
    made.module("/lib/libfoo.so.1", SymbolSource::kDynamicSymbols);
    made.add(20, true, true);
    made.add(2, true, false);
    made.module("/app/gone.so", SymbolSource::kMissing);
    made.add(9, true, false);
    made.module("/app/other.so", SymbolSource::kMissing);
    made.add(1, true, false);
    made.module("/app/new.so", SymbolSource::kMismatch);
    made.add(1, true, false);
    made.module("/app/unused.so", SymbolSource::kNotUsed);
    made.add(1, false, false);
    return made;
}

}  // namespace

TEST_CASE("coverage counts every address once and says why names are missing") {
    const Case made = mixed();
    CHECK(coverage_text(made.profile, made.symbols) ==
          "1,234 addresses: 1,200 with function and line, 20 with function only (no debug information: libfoo.so.1), "
          "14 without a name (no debug information: libfoo.so.1; file not found: gone.so, other.so; file is another "
          "version than the one recorded: new.so; in no perf map: code made at run time)");
}

TEST_CASE("coverage of a complete capture gives no reasons") {
    Case made;
    made.module("/a.so", SymbolSource::kDebugInformation);
    made.add(1, true, true, 1);
    CHECK(coverage_text(made.profile, made.symbols) ==
          "1 address: 1 with function and line, 0 with function only, 0 without a name");
}

TEST_CASE("of code made at run time there are functions at most") {
    Case made;
    made.module("/a.so", SymbolSource::kDebugInformation);
    made.add(3, false, true);
    CHECK(coverage_text(made.profile, made.symbols) ==
          "3 addresses: 0 with function and line, 3 with function only (perf maps have no lines: code made at run "
          "time), 0 without a name");
    CHECK_THAT(coverage_table(made.profile, made.symbols),
               Catch::Contains("code made at run time (perf maps have no lines)"));
}

TEST_CASE("of many modules that lack the same, some are named") {
    Case made;
    for (char name = 'a'; name < 'h'; ++name) {
        made.module(std::string("/") + name, SymbolSource::kNone);
        made.add(1, true, false);
    }
    CHECK(coverage_text(made.profile, made.symbols) ==
          "7 addresses: 0 with function and line, 0 with function only, 7 without a name (no symbols: a, b, c, d, 3 "
          "more)");
}

TEST_CASE("of modules that were gone it says what is known of them") {
    Case made;
    for (const SymbolSource source : {SymbolSource::kSymbolTable, SymbolSource::kDynamicSymbols}) {
        made.module(source == SymbolSource::kSymbolTable ? "/a.so" : "/b.so", source);
        made.symbols.modules.back().kept = true;
        made.add(1, true, true);
    }
    CHECK(
        coverage_text(made.profile, made.symbols) ==
        "2 addresses: 0 with function and line, 2 with function only (no debug information: a.so, b.so), 0 without a "
        "name; gone when the recording ended, its symbols are in the capture: a.so; gone when the recording ended, its "
        "exported symbols are in the capture: b.so");
}

TEST_CASE("the table has a line for every module with addresses, the largest first") {
    const Case made = mixed();
    CHECK(coverage_table(made.profile, made.symbols) ==
          "addresses     lines functions   nothing  module\n"
          "    1,200     1,200         0         0  /usr/bin/python3\n"
          "       22         0        20         2  /lib/libfoo.so.1 (no debug information)\n"
          "        9         0         0         9  /app/gone.so (file not found)\n"
          "        1         0         0         1  /app/other.so (file not found)\n"
          "        1         0         0         1  /app/new.so (file is another version than the one recorded)\n"
          "        1         0         0         1  code made at run time (in no perf map)\n");
}
