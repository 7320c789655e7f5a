// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#define CATCH_CONFIG_MAIN
#include <dlfcn.h>
#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <stdexcept>
#include <string>

// In every test program, as each is linked differently: libunwind has a function of this name, too, which takes a
// descriptor and aborts where there is none.
TEST_CASE("an exception is caught where no descriptor is free") {
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit none{0, before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
    bool caught = false;
    try {
        throw std::runtime_error("thrown");
    } catch (const std::runtime_error&) { caught = true; }  // not looked at: a sanitizer takes a descriptor for that
    ::setrlimit(RLIMIT_NOFILE, &before);
    CHECK(caught);
    Dl_info library{};
    REQUIRE(::dladdr(::dlsym(RTLD_DEFAULT, "_Unwind_RaiseException"), &library) != 0);
    CHECK(std::string(library.dli_fname).find("libunwind") == std::string::npos);
}
