// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/sockets/message.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <string>
#include <thread>

#include "injector/base/unique_fd.h"

namespace memray::sockets {
namespace {

using Clock = std::chrono::steady_clock;
using State = MessageReader::State;
using std::chrono::milliseconds;
using std::chrono::seconds;
using namespace std::string_literals;

struct Pair {
    base::UniqueFd ours, theirs;

    Pair() {
        int ends[2];
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
        ours.reset(ends[0]);
        theirs.reset(ends[1]);
    }
    void say(const std::string& bytes) const {
        REQUIRE(::send(theirs.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
    }
};

}  // namespace

TEST_CASE("a message in pieces is whole when its zero byte has come, and what follows is left") {
    const Pair pair;
    MessageReader reader(100, Clock::now() + seconds(60));
    CHECK(reader.read(pair.ours.get()) == State::kWaiting);
    pair.say("one\nme");
    CHECK(reader.read(pair.ours.get()) == State::kWaiting);
    pair.say("ssage\0next\0"s);
    CHECK(reader.read(pair.ours.get()) == State::kComplete);
    CHECK(reader.text() == "one\nmessage");
    CHECK(receive_message(pair.ours.get(), 100, Clock::now() + seconds(60)) == "next");
    send_message(pair.ours.get(), "answer");
    CHECK(receive_message(pair.theirs.get(), 6, Clock::now() + seconds(60)) == "answer");
}

TEST_CASE("half a message fails at its deadline, and nobody waits longer") {
    const Pair pair;
    pair.say("half");
    const Moment start = Clock::now();
    CHECK(!receive_message(pair.ours.get(), 100, start + milliseconds(50)));
    CHECK(Clock::now() - start >= milliseconds(50));
    CHECK(Clock::now() - start < seconds(20));
    CHECK(!has_hung_up(pair.ours.get()));
    MessageReader late(100, start);
    CHECK(late.read(pair.ours.get()) == State::kFailed);
}

TEST_CASE("a message without an end fails at its longest size, whatever the deadline") {
    const Pair pair;
    std::thread endless([&] {
        const std::string much(65536, 'x');
        while (::send(pair.theirs.get(), much.data(), much.size(), MSG_NOSIGNAL) > 0) {}
    });
    CHECK(!receive_message(pair.ours.get(), 10'000, Moment::max()));
    ::shutdown(pair.ours.get(), SHUT_RDWR);
    endless.join();

    const Pair exact;
    exact.say("12345\0"s);
    CHECK(receive_message(exact.ours.get(), 5, Clock::now()) == "12345");
    exact.say("123456\0"s);
    CHECK(!receive_message(exact.ours.get(), 5, Clock::now()));
}

TEST_CASE("a peer that hangs up is known to have gone") {
    Pair pair;
    pair.say("half");
    pair.theirs.reset();
    CHECK(!has_hung_up(pair.ours.get()));  // there is something to read
    CHECK(!receive_message(pair.ours.get(), 100, Moment::max()));
    CHECK(has_hung_up(pair.ours.get()));
    send_message(pair.ours.get(), "nobody hears this");  // and no signal comes of it
}

TEST_CASE("a peer that does not read holds nobody up") {
    const Pair pair;
    const std::string much(100'000, 'x');
    for (int i = 0; i < 100; ++i) { send_message(pair.ours.get(), much); }
}

}  // namespace memray::sockets
