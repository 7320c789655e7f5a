// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/injection/payload_library.h"

#include <catch2/catch.hpp>

#include "injector/cpython/python_facts.h"
#include "injector/region/region.h"
#include "tests/unit/session/launched.h"

using namespace memray;
using namespace memray::tests;

TEST_CASE("the payload library is beside the program unless the environment names another") {
    ::unsetenv("MEMRAY_PAYLOAD");
    const auto program = std::filesystem::read_symlink("/proc/self/exe");
    CHECK(injection::payload_path() == (program.parent_path().parent_path() / "lib/libmemray_payload.so").string());
    ::setenv("MEMRAY_PAYLOAD", "", 1);
    CHECK(injection::payload_path() == (program.parent_path().parent_path() / "lib/libmemray_payload.so").string());
    ::setenv("MEMRAY_PAYLOAD", "/some/where.so", 1);
    CHECK(injection::payload_path() == "/some/where.so");
    ::unsetenv("MEMRAY_PAYLOAD");
}

TEST_CASE("a payload library is read whole") {
    CHECK(injection::read_payload(STUB_PAYLOAD).size() == std::filesystem::file_size(STUB_PAYLOAD));
    CHECK_THROWS_WITH(injection::read_payload("/"), "Could not read the payload library /: Is a directory");
}

TEST_CASE("allocators have the names that captures use") {
    CHECK(cpython::allocator_title("pymalloc") == "pymalloc");
    CHECK(cpython::allocator_title("mimalloc_debug") == "mimalloc debug");
    CHECK(cpython::allocator_title("") == "unknown");
    CHECK(cpython::allocator_title("tcmalloc") == "unknown");
    CHECK(cpython::allocator_asked_for(std::string("A=PYTHONMALLOC=a\0PYTHONMALLOC=mimalloc\0B=\0", 42)) == "mimalloc");
    CHECK(cpython::allocator_asked_for("PYTHONMALLOC=malloc") == "malloc");
    CHECK(cpython::allocator_asked_for("") == "");
}
