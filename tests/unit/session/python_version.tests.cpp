// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/cpython/python_version.h"

#include <catch2/catch.hpp>

using namespace memray;

TEST_CASE("versions are read from the text of Py_GetVersion") {
    CHECK(cpython::parse_version("3.8.18 (default, May  9 2026)")->hex == 0x030812f0);
    CHECK(cpython::parse_version("3.11.2")->hex == 0x030b02f0);
    CHECK(cpython::parse_version("3.15.0b1+ (heads/main)")->hex == 0x030f00b1);
    CHECK(cpython::parse_version("3.14.0rc12 (x)")->hex == 0x030e00cc);
    CHECK(cpython::parse_version("2.7.18 (default)")->hex == 0x020712f0);
}

TEST_CASE("text that is no version gives none") {
    for (const char* text : {"", "3", "3.", "3.8", "3.8.", "3.8.x", "three", "3.256.0", "-3.8.1", "3..1"}) {
        CAPTURE(text);
        CHECK_FALSE(cpython::parse_version(text).has_value());
    }
}

TEST_CASE("versions print as Python prints them") {
    CHECK(cpython::PythonVersion{0x030812f0}.text() == "3.8.18");
    CHECK(cpython::PythonVersion{0x030f00b1}.text() == "3.15.0b1");
    CHECK(cpython::PythonVersion{0x030e00c2}.text() == "3.14.0rc2");
}

TEST_CASE("versions compare by major and minor number") {
    CHECK(cpython::PythonVersion{0x030812f0}.at_least(3, 8));
    CHECK_FALSE(cpython::PythonVersion{0x030710f0}.at_least(3, 8));
    CHECK(cpython::PythonVersion{0x040000f0}.at_least(3, 13));
    CHECK(std::string(cpython::unsupported_version(cpython::PythonVersion{0x030710f0}).what()) ==
          "CPython 3.7.16 is not supported (3.8 or newer is)");
}
