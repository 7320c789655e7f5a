// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/sockets/peer.h"

#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "injector/base/unique_fd.h"
#include "tests/support/skip.h"

namespace memray::sockets {
namespace {

constexpr uid_t kOverflow = 65534;

}  // namespace

TEST_CASE("the peer is who made the socket") {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    const base::UniqueFd one(ends[0]), other(ends[1]);
    const auto peer = peer_of(one.get());
    REQUIRE(peer);
    CHECK(peer->user == ::geteuid());
    CHECK(peer->pid == ::getpid());
    CHECK(!peer_of(STDIN_FILENO));
}

TEST_CASE("the same user and root may talk, nobody else") {
    CHECK(may_talk({1, 1000}, 1000));
    CHECK(may_talk({1, 0}, 1000));
    CHECK(!may_talk({1, 1001}, 1000));
    CHECK(!may_talk({1, 1000}, 0));
}

TEST_CASE("in a user namespace without all users the overflow user is nobody") {
    const pid_t child = ::fork();
    if (child == 0) {
        if (::unshare(CLONE_NEWUSER) != 0) { ::_exit(2); }
        ::_exit(may_talk({1, kOverflow}, kOverflow) || is_known(kOverflow) || !is_known(1000) ? 1 : 0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    if (WEXITSTATUS(status) == 2) { memray::tests::skip("this system makes no user namespaces"); }
    CHECK(WEXITSTATUS(status) != 1);
}

}  // namespace memray::sockets
