// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/function_name.h"

#include <catch2/catch.hpp>

using memray::symbolizer::demangled;

TEST_CASE("names of C++ are written out") {
    CHECK(demangled("_ZNSt6vectorIiSaIiEE9push_backERKi") ==
          "std::vector<int, std::allocator<int> >::push_back(int const&)");
}

TEST_CASE("names of Rust are written out, without their hashes") {
    CHECK(demangled("_ZN4core3ptr13drop_in_place17h0123456789abcdefE") == "core::ptr::drop_in_place");
    CHECK(demangled("_RNvCskwGfYPst2Cb_3foo3bar") == "foo::bar");
}

TEST_CASE("what is no mangled name stays as it is") {
    for (const std::string name : {"malloc", "_PyEval_EvalFrameDefault", "_Z", "_ZNot a name", "", "_R"}) {
        CHECK(demangled(name) == name);
    }
    const std::string endless = "_Z" + std::string(1'000'000, 'P') + "i";
    CHECK(demangled(endless) == endless);
}
