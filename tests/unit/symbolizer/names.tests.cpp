// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/names.h"

#include <catch2/catch.hpp>

#include "injector/base/error.h"
#include "tests/unit/symbolizer/subject.h"

using namespace memray;
using namespace memray::symbolizer;

namespace {

const ModuleNames kNames{capture::SymbolSource::kDebugInformation,
                         true,
                         {{{"outer", "/src/a.c", 4'000'000'000}, {"inner", "", 0}}, {}, {{"", "b", 1}}}};

}  // namespace

TEST_CASE("names come back as they were sent") {
    const ModuleNames names = decode_names(encode_names(kNames));
    CHECK(names.source == kNames.source);
    CHECK(names.kept == kNames.kept);
    CHECK(names.of == kNames.of);
}

TEST_CASE("names that were cut off or changed give an error or other names, nothing else") {
    const capture::Bytes good = encode_names(kNames);
    for (std::size_t size = 0; size < good.size(); ++size) {
        CHECK_THROWS_AS(decode_names(capture::Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size))),
                        base::Error);
    }
    for (std::size_t at = 0; at < good.size(); ++at) {
        for (const int value : {0x00, 0x7f, 0x80, 0xff}) {
            capture::Bytes bad = good;
            bad[at] = static_cast<std::uint8_t>(value);
            try {
                static_cast<void>(decode_names(bad));
            } catch (const base::Error&) {  // as good an answer
            }
        }
    }
}

TEST_CASE("a source that does not exist is refused") {
    capture::Bytes bytes = encode_names(kNames);
    bytes[0] = static_cast<std::uint8_t>(capture::kLastSymbolSource) + 1;
    CHECK_THROWS_AS(decode_names(bytes), base::Error);
}
