// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/safe_point/text_padding.h"

#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstring>
#include <string_view>

using namespace memray;
using namespace std::string_view_literals;

namespace {

alignas(16) std::array<char, 32> code{};

base::RemoteAddr at(std::size_t offset) { return base::RemoteAddr(reinterpret_cast<std::uint64_t>(&code[offset])); }

bool divert(std::string_view function, std::size_t offset = 0, std::uint64_t distance = 0x1000) {
    code.fill('\x55');
    std::memcpy(&code[offset], function.data(), function.size());
    return safe_point::divert_empty_function(ptrace::RemoteMemory(::getpid()), at(offset), at(offset) + distance);
}

}  // namespace

TEST_CASE("functions that do nothing become a jump") {
    for (const auto function : {"\xf3\x0f\x1e\xfa\xc3"sv, "\xc3\x66\x66\x2e\x0f\x1f\x84\0\0"sv,
                                "\xc3\x0f\x1f\0\0\0\0"sv, "\xc3\xcc\xcc\xcc\xcc"sv, "\xc3\x90\x90\x90\x90"sv}) {
        CHECK(divert(function));
        CHECK(std::string_view(code.data(), 5) == "\xe9\xfb\x0f\0\0"sv);
    }
}

TEST_CASE("other functions, and those that a jump would leave half written or not lead away from, stay as they are") {
    CHECK_FALSE(divert("\x55\xc3\xcc\xcc\xcc"sv));
    CHECK_FALSE(divert("\xf3\x0f\x1e\xfa\x55"sv));
    CHECK_FALSE(divert("\xc3\x55\x48\x89\xe5"sv));
    CHECK_FALSE(divert("\xf3\x0f\x1e\xfa\xc3"sv, 4));
    CHECK_FALSE(divert("\xf3\x0f\x1e\xfa\xc3"sv, 0, std::uint64_t{1} << 31U));
    CHECK(std::string_view(code.data(), 5) == "\xf3\x0f\x1e\xfa\xc3"sv);
}
