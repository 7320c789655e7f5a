// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/live/entrance.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "injector/base/error.h"
#include "injector/live/tcp_port.h"
#include "injector/live/token.h"
#include "tests/unit/sockets/private_folder.h"

namespace memray::live {
namespace {

using std::chrono::seconds;
using namespace std::string_literals;
using Clock = std::chrono::steady_clock;

// One that nobody uses, if nobody is quick.
int free_port() {
    const base::UniqueFd listener = listen_on(0);
    sockaddr_in address{};
    socklen_t size = sizeof address;
    REQUIRE(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    return ntohs(address.sin_port);
}

struct Opened {
    sockets::tests::PrivateFolder folder;
    Entrance entrance;
    int port = free_port();

    Opened() { entrance.open_port(port); }
    [[nodiscard]] base::UniqueFd connect(const std::string& words) const {
        base::UniqueFd client = try_connect_to_port(port);
        REQUIRE(client);
        REQUIRE(::send(client.get(), words.data(), words.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(words.size()));
        return client;
    }
    [[nodiscard]] base::UniqueFd admit_within(seconds time) {
        const auto end = Clock::now() + time;
        base::UniqueFd viewer;
        while (!viewer && Clock::now() < end) { viewer = entrance.admit(); }
        return viewer;
    }
    // Until the other end has closed, without having said anything; nobody is let in meanwhile.
    [[nodiscard]] bool sends_away(const base::UniqueFd& client) {
        const auto end = Clock::now() + seconds(60);
        while (Clock::now() < end) {
            if (entrance.admit()) { return false; }
            char byte = 0;
            const ssize_t count = ::recv(client.get(), &byte, 1, MSG_DONTWAIT);
            if (count > 0) { return false; }
            if (count == 0 || errno == ECONNRESET) { return true; }
        }
        return false;
    }
};

}  // namespace

TEST_CASE("without a port viewers come by a socket of this user's that a number names") {
    const sockets::tests::PrivateFolder folder;
    Entrance first, second;
    first.open();
    second.open();
    CHECK(first.number() != second.number());
    CHECK(first.token().empty());
    CHECK(!first.admit());
    const base::UniqueFd viewer = try_connect(first.number());
    REQUIRE(viewer);
    CHECK(!second.admit());
    CHECK(first.admit());
    CHECK(!try_connect_to_port(first.number()));
    first.close();
    CHECK(!try_connect(first.number()));
    CHECK(try_connect(second.number()));
}

TEST_CASE("by TCP comes in who has the token") {
    Opened opened;
    const base::UniqueFd viewer = opened.connect(opened.entrance.token() + "\0more"s);
    const base::UniqueFd admitted = opened.admit_within(seconds(60));
    REQUIRE(admitted);
    std::string next(4, ' ');
    CHECK(::recv(admitted.get(), next.data(), next.size(), 0) == 4);
    CHECK(next == "more");
    CHECK(!opened.entrance.take_refusal());
    CHECK(try_connect(opened.port));  // needs none
    CHECK(opened.admit_within(seconds(60)));
}

TEST_CASE("by TCP nobody else does") {
    Opened opened;
    std::string words;
    SECTION("half of it") { words = opened.entrance.token().substr(0, 16); }
    SECTION("another") { words = std::string(kTokenLength, '0') + '\0'; }
    SECTION("a part of it") { words = opened.entrance.token().substr(0, 16) + '\0'; }
    SECTION("an empty one") { words = "\0"s; }
    SECTION("too much") { words = opened.entrance.token() + "0\0"s; }
    SECTION("frames of the protocol") { words = "\x0d\0\0\0\x01memray live\x02\x02\0\0\0\x06\x01"s; }
    SECTION("HTTP") { words = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"; }
    const base::UniqueFd client = opened.connect(words);
    CHECK(opened.sends_away(client));
    const bool said_something = !words.empty() && words != "\0"s;
    CHECK(opened.entrance.take_refusal() == said_something);
    CHECK(!opened.entrance.take_refusal());
}

TEST_CASE("thousands who hang up at once, and those who are silent, hold up nobody") {
    Opened opened;
    std::vector<base::UniqueFd> silent;
    for (int i = 0; i < 100; ++i) {
        silent.push_back(opened.connect(""));
        CHECK(!opened.entrance.admit());
    }
    for (int i = 0; i < 10'000; ++i) {
        static_cast<void>(opened.connect(i % 2 == 0 ? "\x0d\0\0\0\x01memray live\x02\x02\0\0\0\x06\x01"s : "x"));
        if (i % 16 == 0) { CHECK(!opened.entrance.admit()); }
    }
    const base::UniqueFd viewer = opened.connect(opened.entrance.token() + '\0');
    CHECK(opened.admit_within(seconds(60)));
}

TEST_CASE("a port that is in use is refused") {
    Opened opened;
    Entrance second;
    CHECK_THROWS_WITH(second.open_port(opened.port), Catch::Contains("Address already in use"));
    CHECK(!try_connect_to_port(1));
}

TEST_CASE("tokens are long, random and compared as a whole") {
    const std::string token = make_token();
    CHECK(token.size() == kTokenLength);
    CHECK(token.find_first_not_of("0123456789abcdef") == std::string::npos);
    CHECK(token != make_token());
    CHECK(is_token(token, token));
    CHECK(!is_token(token, token.substr(1)));
    CHECK(!is_token(token, ""));
}

}  // namespace memray::live
