// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/region/controller_lock.h"

#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <new>
#include <optional>

#include "injector/base/unique_fd.h"
#include "payload/wire/control.h"

using namespace memray;
using region::ControllerLock;

namespace {

struct Region {
    Region() : fd(::memfd_create("region", MFD_CLOEXEC)) {
        REQUIRE(::ftruncate(fd.get(), wire::kPageSize) == 0);
        page = base::Mapping::shared(fd.get(), wire::kPageSize);
        control = new (page.data()) wire::ControlPage{};
    }
    base::UniqueFd fd;
    base::Mapping page;
    wire::ControlPage* control;
};

}  // namespace

TEST_CASE("the lock word holds the owner while it lives and owner-died afterwards") {
    const Region region;
    {
        const ControllerLock lock(region.fd.get());
        CHECK(region.control->controller_lock == static_cast<std::uint32_t>(::gettid()));
    }
    CHECK(region.control->controller_lock == FUTEX_OWNER_DIED);
}

TEST_CASE("the kernel marks the lock of a controller that is killed") {
    const Region region;
    const pid_t owner = ::fork();
    if (owner == 0) {
        const ControllerLock lock(region.fd.get());
        ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    ::waitpid(owner, &status, 0);
    CHECK(WTERMSIG(status) == SIGKILL);
    CHECK((region.control->controller_lock & FUTEX_OWNER_DIED) != 0);
}

TEST_CASE("many locks of one thread come and go in any order, their regions unmapped before them") {
    std::optional<Region> first(std::in_place);
    std::optional<Region> second(std::in_place);
    std::optional<ControllerLock> first_lock(std::in_place, first->fd.get());
    std::optional<ControllerLock> second_lock(std::in_place, second->fd.get());
    first.reset();
    first_lock.reset();
    const Region third;
    const ControllerLock third_lock(third.fd.get());
    second_lock.reset();
    CHECK(second->control->controller_lock == FUTEX_OWNER_DIED);
    CHECK(third.control->controller_lock == static_cast<std::uint32_t>(::gettid()));
}
