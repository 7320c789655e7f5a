// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/base/unique_fd.h"

#include <fcntl.h>

#include <catch2/catch.hpp>

using memray::base::UniqueFd;

namespace {

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) != -1; }
int open_null() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

}  // namespace

TEST_CASE("a descriptor is closed by its owner, moved or not") {
    const int number = open_null();
    {
        UniqueFd first(number);
        const UniqueFd second(std::move(first));
        CHECK_FALSE(first);
        CHECK(second.get() == number);
        CHECK(is_open(number));
    }
    CHECK_FALSE(is_open(number));
}

TEST_CASE("assigning closes the old descriptor and a released one stays open") {
    const int first = open_null();
    const int second = open_null();
    UniqueFd fd(first);
    fd = UniqueFd(second);
    CHECK_FALSE(is_open(first));
    CHECK(fd.release() == second);
    CHECK(is_open(second));
    ::close(second);
}
