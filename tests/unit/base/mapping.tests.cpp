// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/base/mapping.h"

#include <sys/mman.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>

#include "injector/base/error.h"
#include "injector/base/unique_fd.h"

using namespace memray::base;

namespace {

UniqueFd file_of_one_page() {
    UniqueFd fd(::memfd_create("page", MFD_CLOEXEC));
    REQUIRE(::ftruncate(fd.get(), 4096) == 0);
    return fd;
}

bool is_mapped(const void* page) { return ::msync(const_cast<void*>(page), 4096, MS_ASYNC) == 0; }

}  // namespace

TEST_CASE("two shared mappings of a file show the same bytes") {
    const UniqueFd fd = file_of_one_page();
    const Mapping first = Mapping::shared(fd.get(), 4096);
    const Mapping second = Mapping::shared(fd.get(), 4096);
    std::strcpy(static_cast<char*>(first.data()), "seen");
    CHECK(std::string(static_cast<const char*>(second.data())) == "seen");
    CHECK(std::string(static_cast<const char*>(Mapping::read_only(fd.get(), 4096).data())) == "seen");
}

TEST_CASE("a mapping is unmapped once, by its last owner") {
    const UniqueFd fd = file_of_one_page();
    void* data = nullptr;
    {
        Mapping first = Mapping::shared(fd.get(), 4096);
        data = first.data();
        const Mapping second = std::move(first);
        CHECK(first.data() == nullptr);
        CHECK(second.data() == data);
        CHECK(is_mapped(data));
    }
    CHECK_FALSE(is_mapped(data));
}

TEST_CASE("what cannot be mapped is an error") {
    CHECK_THROWS_WITH(Mapping::shared(-1, 4096), "mapping 4096 bytes: Bad file descriptor");
}
