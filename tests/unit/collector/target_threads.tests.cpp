// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/target_threads.h"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <thread>

using memray::collector::TargetThreads;

TEST_CASE("a thread has a name if it is not the program's") {
    const TargetThreads threads(::getpid());
    CHECK(threads.name(static_cast<std::uint32_t>(::getpid())).empty());
    CHECK(threads.name(0x7ffffff0).empty());
    CHECK(threads.name(0xffffffff).empty());
    CHECK(threads.name(static_cast<std::uint32_t>(::getppid())).empty());
    std::string name;
    std::thread([&] {
        ::prctl(PR_SET_NAME, "own name");
        name = threads.name(static_cast<std::uint32_t>(::syscall(SYS_gettid)));
    }).join();
    CHECK(name == "own name");
}
