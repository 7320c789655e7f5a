// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/tables/line_table.h"

#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <vector>

namespace memray::collector {
namespace {

std::string output_of(const std::string& command) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
    std::string output;
    std::array<char, 65536> buffer{};
    for (std::size_t size = 1; size > 0;) {
        size = std::fread(buffer.data(), 1, buffer.size(), pipe.get());
        output.append(buffer.data(), size);
    }
    return output;
}

std::string from_hex(const std::string& hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 2 <= hex.size(); i += 2) {
        bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    }
    return bytes;
}

// python3 and, where there is pyenv, all interpreters of 3.8 and later.
std::vector<std::string> interpreters() {
    std::vector<std::string> found{"python3"};
    std::error_code error;
    for (const auto& version : std::filesystem::directory_iterator("/root/.pyenv/versions", error)) {
        int minor = 0;
        if (std::sscanf(version.path().filename().c_str(), "3.%d", &minor) == 1 && minor >= 8) {
            found.push_back(version.path() / "bin/python3");
        }
    }
    return found;
}

std::string table(std::initializer_list<unsigned> bytes) {
    std::string text;
    for (const unsigned byte : bytes) { text += static_cast<char>(byte); }
    return text;
}

}  // namespace

TEST_CASE("every instruction has the line that its interpreter says") {
    const std::string script = std::string(COLLECTOR_TESTS) + "/support/dump_line_tables.py";
    for (const std::string& python : interpreters()) {
        INFO(python);
        std::istringstream dump(output_of(python + " " + script));
        std::uint32_t version = 0;
        REQUIRE(dump >> version);
        std::string row;
        std::getline(dump, row);
        std::size_t compared = 0;
        std::size_t wrong = 0;
        while (std::getline(dump, row)) {
            std::istringstream fields(row);
            std::uint32_t first = 0;
            std::string hex;
            fields >> first >> hex;
            const std::string bytes = from_hex(hex);
            std::uint32_t line = 0;
            for (std::int32_t offset = 0; fields >> line; offset += 2, ++compared) {
                wrong += line_of(bytes, version, first, offset) == line ? 0 : 1;
            }
        }
        CHECK(wrong == 0);
        CHECK(compared > 10'000);
    }
}

TEST_CASE("an instruction before the first one, behind the last one or without a line is on the first line") {
    CHECK(line_of(table({0, 5}), 0x03080000, 10, -1) == 10);
    CHECK(line_of(table({4, 1}), 0x030A0000, 10, 4) == 10);
    CHECK(line_of(table({4, 0x80, 2, 3}), 0x030A0000, 10, 0) == 10);
    CHECK(line_of(table({4, 0x80, 2, 3}), 0x030A0000, 10, 4) == 13);
    CHECK(line_of(table({0xf8}), 0x030B0000, 10, 0) == 10);
    CHECK(line_of(table({0xf8}), 0x030B0000, 10, 2) == 10);
    CHECK(line_of("", 0x030D0000, 10, 0) == 10);
}

TEST_CASE("any bytes are decoded without harm") {
    std::mt19937 random(3);
    for (int i = 0; i < 2000; ++i) {
        std::string bytes;
        for (std::size_t size = random() % 40; size > 0; --size) { bytes += static_cast<char>(random()); }
        for (const std::uint32_t version : {0x03090000U, 0x030A0000U, 0x030C0000U}) {
            static_cast<void>(line_of(bytes, version, 0xffffffff, static_cast<std::int32_t>(random() % 400)));
        }
    }
    SUCCEED("no crash under the sanitizers");
    CHECK(line_of(table({2, 0x80}), 0x03080000, 1, 2) == 1);  // line -127 is none
}

}  // namespace memray::collector
