// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/recording/output_name.h"

#include <catch2/catch.hpp>

#include "injector/base/error.h"

using namespace memray;

TEST_CASE("Placeholders stand for the process and the program") {
    const recording::OutputName name("a/%n-%p-%%.bin", "app.py");
    CHECK(name.of(7) == "a/app.py-7-%.bin");
    CHECK(name.of_child(7, 8) == "a/app.py-8-%.bin");
    CHECK(recording::OutputName("a.bin", "app.py").of_child(7, 8) == "a.bin.8");
    CHECK(recording::OutputName::plain("100%.bin").of(7) == "100%.bin");
    CHECK_THROWS_AS(recording::OutputName("%q", "app.py"), base::UsageError);
}

TEST_CASE("A program cannot choose the folder, nor put controls into the name") {
    CHECK(recording::OutputName("out/%n.bin", "../../etc/x").of(1) == "out/.._.._etc_x.bin");
    CHECK(recording::OutputName("out/%n", "..").of(1) == "out/_");
    CHECK(recording::OutputName("%n.bin", "a\x1b[2J\n%p").of(1) == "a_[2J_%p.bin");
}
