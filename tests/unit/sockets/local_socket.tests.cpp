// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/sockets/local_socket.h"

#include <sys/socket.h>
#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <vector>

#include "injector/sockets/message.h"
#include "tests/unit/sockets/private_folder.h"

namespace memray::sockets {
namespace {

using State = LocalConnection::State;

struct Place {
    tests::PrivateFolder parent;
    std::shared_ptr<const RuntimeFolder> folder = RuntimeFolder::of_this_user();

    Place() { REQUIRE(parent.is_that_of(*folder)); }
    [[nodiscard]] std::size_t sockets() const {
        std::size_t count = 0;
        for (const std::string& name : folder->names()) { count += name.ends_with(".sock") ? 1U : 0U; }
        return count;
    }
    [[nodiscard]] State state_of(const std::string& name) const { return connect_to(*folder, name).state; }
};

// Listens at `count` names in a process that is killed then.
void leave_dead_sockets(const Place& place, int count) {
    const pid_t child = ::fork();
    if (child == 0) {
        std::vector<std::unique_ptr<LocalListener>> listeners;
        for (int i = 0; i < count; ++i) {
            listeners.push_back(LocalListener::try_listen(place.folder, std::to_string(i) + ".sock"));
        }
        ::raise(SIGKILL);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
}

}  // namespace

TEST_CASE("both ends of a socket know each other, and its name goes with it") {
    const Place place;
    auto listener = LocalListener::try_listen(place.folder, "a.sock");
    REQUIRE(listener);
    CHECK(!listener->accept());
    LocalConnection connection = connect_to(*place.folder, "a.sock");
    REQUIRE(connection.state == State::kOpen);
    CHECK(connection.pid == ::getpid());
    const base::UniqueFd client = listener->accept();
    REQUIRE(client);
    send_message(connection.socket.get(), "hello");
    CHECK(receive_message(client.get(), 5, std::chrono::steady_clock::now()) == "hello");
    CHECK(!listener->take_refusal());
    listener.reset();
    CHECK(place.sockets() == 0);
    CHECK(place.state_of("a.sock") == State::kNobody);
}

TEST_CASE("a name has one listener, unless that is to be replaced") {
    const Place place;
    const auto first = LocalListener::try_listen(place.folder, "a.sock");
    CHECK(!LocalListener::try_listen(place.folder, "a.sock"));
    while (first->accept()) {}  // who looked whether it is alive
    const auto second = LocalListener::try_listen(place.folder, "a.sock", LocalListener::Taken::kReplace);
    REQUIRE(second);
    REQUIRE(place.state_of("a.sock") == State::kOpen);
    CHECK(!first->accept());
    CHECK(second->accept());
}

TEST_CASE("what is no socket of the owner's is not connected to") {
    const Place place;
    const auto listener = LocalListener::try_listen(place.folder, "a.sock");
    REQUIRE(::symlinkat("a.sock", place.folder->fd(), "link.sock") == 0);
    REQUIRE(::mknodat(place.folder->fd(), "file.sock", S_IFREG | 0600, 0) == 0);
    CHECK(place.state_of("link.sock") == State::kNobody);
    CHECK(place.state_of("file.sock") == State::kNobody);
    CHECK(!LocalListener::try_listen(place.folder, "file.sock"));
    remove_dead_sockets();
    CHECK(place.sockets() == 3);
}

TEST_CASE("hundreds of sockets that killed processes left are removed, those in use stay") {
    const Place place;
    leave_dead_sockets(place, 400);
    CHECK(place.sockets() == 400);
    CHECK(place.state_of("0.sock") == State::kDead);
    const auto alive = LocalListener::try_listen(place.folder, "alive.sock");
    const auto again = LocalListener::try_listen(place.folder, "7.sock");  // a dead one's name is free
    REQUIRE(again);
    remove_dead_sockets();
    CHECK(place.sockets() == 2);
    CHECK(place.state_of("alive.sock") == State::kOpen);
    CHECK(place.state_of("7.sock") == State::kOpen);
}

TEST_CASE("a listener that is busy is not taken for a dead one, and holds nobody up") {
    const Place place;
    const auto busy = LocalListener::try_listen(place.folder, "a.sock");
    std::vector<LocalConnection> waiting;
    do { waiting.push_back(connect_to(*place.folder, "a.sock")); } while (waiting.back().state == State::kOpen);
    CHECK(waiting.back().state == State::kNoRoom);
    remove_dead_sockets();
    CHECK(!LocalListener::try_listen(place.folder, "a.sock"));
    waiting.clear();
    while (busy->accept()) {}
    CHECK(place.state_of("a.sock") == State::kOpen);
}

TEST_CASE("an end without destructors removes the names of its own process") {
    const Place place;
    const auto ours = LocalListener::try_listen(place.folder, "ours.sock");
    const pid_t child = ::fork();
    if (child == 0) {
        const auto theirs = LocalListener::try_listen(place.folder, "theirs.sock");
        const bool there = place.sockets() == 2;
        LocalListener::remove_all_names();
        ::_exit(there && place.sockets() == 1 ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK(place.state_of("ours.sock") == State::kOpen);
}

}  // namespace memray::sockets
