// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/sockets/runtime_folder.h"

#include <sys/file.h>

#include <catch2/catch.hpp>

#include "injector/base/error.h"
#include "tests/unit/sockets/private_folder.h"

namespace memray::sockets {
namespace {

bool is_used(const tests::PrivateFolder& folder) {
    for (const auto& found : RuntimeFolder::all_of(::geteuid())) {
        if (folder.is_that_of(*found)) { return true; }
    }
    return false;
}

}  // namespace

TEST_CASE("the user's runtime folder holds ours, which only the user can enter") {
    const tests::PrivateFolder folder;
    CHECK(!is_used(folder));
    const auto ours = RuntimeFolder::of_this_user();
    REQUIRE(folder.is_that_of(*ours));
    struct stat status {};
    REQUIRE(::fstat(ours->fd(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0700);
    CHECK(ours->owner() == ::geteuid());
    CHECK(is_used(folder));
    CHECK(folder.is_that_of(*RuntimeFolder::of_this_user()));
}

TEST_CASE("a folder that others can enter, a link and a file are not used") {
    const tests::PrivateFolder folder;
    const auto is_refused = [&] { return !folder.is_that_of(*RuntimeFolder::of_this_user()) && !is_used(folder); };
    SECTION("the runtime folder is open to others") { ::chmod(folder.path().c_str(), 0701); }
    SECTION("the runtime folder is a link") {
        const std::string link = folder.path() + "/link";
        REQUIRE(::symlink(folder.path().c_str(), link.c_str()) == 0);
        ::setenv("XDG_RUNTIME_DIR", link.c_str(), 1);
    }
    SECTION("it is no absolute path") {
        ::setenv("XDG_RUNTIME_DIR", std::filesystem::relative(folder.path()).c_str(), 1);
    }
    SECTION("ours is open to others") {
        REQUIRE(::mkdir(folder.memray().c_str(), 0700) == 0);
        ::chmod(folder.memray().c_str(), 0777);
    }
    SECTION("ours is a link") {
        const std::string elsewhere = folder.path() + "/elsewhere";
        REQUIRE(::mkdir(elsewhere.c_str(), 0700) == 0);
        REQUIRE(::symlink(elsewhere.c_str(), folder.memray().c_str()) == 0);
    }
    SECTION("ours is a file") { REQUIRE(::mknod(folder.memray().c_str(), S_IFREG | 0700, 0) == 0); }
    CHECK(is_refused());
}

TEST_CASE("a lock that somebody keeps is waited for, but not for long") {
    const tests::PrivateFolder folder;
    const auto first = RuntimeFolder::of_this_user();
    const auto second = RuntimeFolder::of_this_user();
    {
        const FolderLock lock(*first);
        CHECK_THROWS_AS(FolderLock(*second), base::Error);
    }
    const FolderLock lock(*second);
}

}  // namespace memray::sockets
