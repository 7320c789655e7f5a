// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Files that are cut off or changed anywhere: names or none, but never an error of the symbolizer itself.
#include <catch2/catch.hpp>
#include <random>

#include "tests/unit/symbolizer/library_copy.h"

using namespace memray;
using namespace memray::tests;
using capture::SymbolSource;

namespace {

// What is found with `content` as a library without build-id to compare.
SymbolSource source_with(const std::string& content) {
    const ScratchDir dir;
    write_file(dir.file("shapes.so"), content);
    capture::Profile profile;
    profile.modules.push_back(module_of(shapes()));
    profile.modules[0].path = dir.file("shapes.so");
    for (std::uint64_t address = 0x1100; address < 0x1e00; address += 0x40) {
        profile.native_frames.push_back({0, address, true});
    }
    SymbolSource source{};
    CHECK(symbolized(profile, {.jobs = 1, .module_limit = std::chrono::seconds(20)}, &source).size() ==
          profile.native_frames.size());
    return source;
}

}  // namespace

TEST_CASE("a library that was cut off anywhere has names or a reason") {
    const std::string good = read_file(shapes());
    CHECK(source_with(good) == SymbolSource::kDebugInformation);
    CHECK(source_with(good.substr(0, 64)) == SymbolSource::kMismatch);  // a header, no build-id
    CHECK(source_with(good.substr(0, 63)) == SymbolSource::kUnreadable);
    for (std::size_t part = 1; part < 40; ++part) { source_with(good.substr(0, good.size() * part / 40)); }
}

TEST_CASE("a library that was changed anywhere has names or a reason") {
    const std::string good = read_file(shapes());
    std::mt19937 random(7);  // the same files every time
    for (int i = 0; i < 60; ++i) {
        std::string bad = good;
        // Not the build-id, or the file would not be read.
        for (int byte = 0; byte < 1 + i * 20; ++byte) {
            bad[0x400 + random() % (bad.size() - 0x400)] = static_cast<char>(random());
        }
        source_with(bad);
    }
}
