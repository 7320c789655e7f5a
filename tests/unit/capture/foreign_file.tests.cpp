// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/foreign_file.h"

#include <catch2/catch.hpp>
#include <string>
#include <string_view>

using memray::capture::foreign_file;
using namespace std::string_view_literals;

namespace {

// How files of memray 1.20 begin (CPython 3.14), as they were recorded; and in an LZ4 frame, in a block of 32 bytes
// that is not compressed.
constexpr std::string_view kPlain = "memray\0\x0d\0\0\0\xf0\x08\x0e\x03\0\0\xe6\0\0\0\0\0\0\0\0\0\0\0\0\0\0"sv;
constexpr std::string_view kFrame = "\x04\x22\x4d\x18\x40\x40\xc0\x20\0\0\x80"sv;
static_assert(kPlain.size() == 32);
constexpr const char* kBloomberg =
    "It is a capture of bloomberg's memray (format 13): read it with that memray's own reports.";

std::string kind(std::string_view text) {
    return foreign_file({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace

TEST_CASE("captures of bloomberg's memray are recognized, compressed or not") {
    CHECK(kind(kPlain) == kBloomberg);
    CHECK(kind(std::string(kFrame) + std::string(kPlain)) == kBloomberg);
    CHECK(kind(std::string(kFrame) + std::string(32, 'x')) == "It is compressed with lz4: decompress it first.");
    CHECK(kind(kPlain.substr(0, 10)).empty());
}

TEST_CASE("other files that are taken for captures are named") {
    CHECK(kind("") == "It is empty.");
    CHECK(kind("\x1f\x8b\x08\0"sv) == "It is compressed with gzip: decompress it first.");
    CHECK(kind("\x04\x22\x4d\x18 no frame"sv) == "It is compressed with lz4: decompress it first.");
    CHECK(kind("<!DOCTYPE html>\n<html>") == "It is a web page: a report needs the capture that it was made from.");
    CHECK(kind("{\"total\": 1}") == "It looks like JSON: a report needs the capture that it was made from.");
    CHECK(kind("heap profile: 1: 2 [ 3: 4] @ heapprofile") ==
          "It is a heap profile of gperftools: its pprof reads it.");
    CHECK(kind("hello world").empty());
    CHECK(kind("memray").empty());
    CHECK(kind(std::string(100'000, '\0')).empty());
}
