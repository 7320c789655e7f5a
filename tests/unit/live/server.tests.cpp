// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/live/server.h"

#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cerrno>
#include <string>
#include <thread>
#include <vector>

#include "cli/live/connection.h"
#include "injector/base/unique_fd.h"
#include "injector/live/entrance.h"
#include "injector/live/shown_process.h"
#include "tests/unit/collector/support/shared_region.h"
#include "tests/unit/collector/support/target_thread.h"
#include "tests/unit/sockets/private_folder.h"

namespace memray::live {
namespace {

using std::chrono::milliseconds;

struct Watched {
    sockets::tests::PrivateFolder folder;
    tests::SharedRegion shared{{.ring_words = 4096}};
    collector::Recorder recorder{shared.controller_memory(), ::getpid(), {}, {"", false, true, false}};
    tests::TargetThread thread{shared, 0};
    Server server;

    Watched() {
        server.entrance().open();
        server.show(recorder.look().metadata);
        thread.code(1, "main.py", "main", 12);
        thread.frames(0, {wire::frame_word(1, -1)});
    }
    void step() {
        recorder.step(milliseconds(1));
        server.step(recorder);
    }
    // Until it holds, or the test fails by its timeout.
    template <typename Holds>
    void step_until(Connection& viewer, Holds holds) {
        while (!holds(viewer.recording())) {
            step();
            viewer.receive();
        }
    }
};

}  // namespace

TEST_CASE("viewers see the heap as it is, and what came after their mark") {
    Watched watched;
    Connection first(try_connect(watched.server.entrance().number()));
    watched.thread.allocate(16, 1000);
    watched.step_until(first, [](const Recording& seen) { return seen.profile.leaked.bytes == 1000; });
    REQUIRE(first.recording().profile.sites.size() == 1);
    CHECK(first.recording().profile.sites[0].leaked.bytes == 1000);

    first.request(Request::kMark);
    watched.step_until(first, [](const Recording& seen) { return seen.has_since; });
    watched.thread.allocate(32, 10);
    watched.thread.free(16);
    watched.thread.allocate(48, 20);
    Connection second(try_connect(watched.server.entrance().number()));
    const auto is_30 = [](const Recording& seen) { return seen.profile.leaked.bytes == 30; };
    watched.step_until(second, is_30);
    watched.step_until(first, [&](const Recording& seen) { return is_30(seen) && seen.since.at(0).bytes == 30; });
    CHECK(first.recording().since[0].count == 2);

    watched.server.finish(watched.recorder, {capture::EndKind::kExited, 3});
    while (second.open()) { second.receive(); }
    REQUIRE(second.ending());
    CHECK(second.ending()->code == 3);
}

TEST_CASE("a viewer that has said hello has come, even if it has left again") {
    Watched watched;
    { const Connection left(try_connect(watched.server.entrance().number())); }
    const base::UniqueFd late(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
    const itimerspec in_a_minute{{0, 0}, {60, 0}};
    REQUIRE(::timerfd_settime(late.get(), 0, &in_a_minute, nullptr) == 0);
    CHECK(watched.server.wait_for_viewer(late.get(), [] {}));
}

TEST_CASE("a viewer that does not read costs nothing and holds up nobody") {
    Watched watched;
    const Connection silent(try_connect(watched.server.entrance().number()));
    Connection reading(try_connect(watched.server.entrance().number()));
    std::uint64_t bytes = 0;
    for (std::uint64_t i = 1; i <= 20; ++i) {
        watched.thread.allocate(16 * i, i);
        bytes += i;
        watched.step_until(reading, [&](const Recording& seen) { return seen.profile.leaked.bytes == bytes; });
    }
    watched.server.finish(watched.recorder, {capture::EndKind::kExited, 0});
    CHECK(reading.recording().profile.leaked.bytes == bytes);
}

TEST_CASE("viewers are told of other processes, of each change once, and of the last") {
    Watched watched;
    const std::shared_ptr<ProcessBoard> board = watched.server.show_processes();
    Connection viewer(try_connect(watched.server.entrance().number()));
    const auto step_until = [&](auto holds) {
        while (!viewer.processes() || !holds(*viewer.processes())) {
            watched.step();
            viewer.receive();
        }
    };
    step_until([](const auto& seen) { return seen.empty(); });
    const std::size_t place = board->enter(4712, 40001, "python");
    step_until([](const auto& seen) { return seen.size() == 1 && seen[0].running(); });
    board->end(place, {capture::EndKind::kExited, 0});
    watched.server.finish(watched.recorder, {capture::EndKind::kExited, 3});
    while (viewer.open()) { viewer.receive(); }
    CHECK(viewer.processes() == board->read());
}

TEST_CASE("a process that is shown has a line on the board and a port") {
    Watched watched;
    ProcessBoard board;
    capture::Metadata metadata;
    metadata.pid = 4712;
    metadata.command_line = "python child.py";
    ShownProcess shown(board, metadata);
    REQUIRE(board.read().size() == 1);
    Connection viewer(try_connect(board.read()[0].port));
    watched.thread.allocate(16, 1000);
    while (viewer.recording().profile.leaked.bytes != 1000 || board.read()[0].heap != 1000) {
        watched.recorder.step(milliseconds(1));
        shown.step(watched.recorder);
        viewer.receive();
    }
    CHECK(viewer.recording().profile.metadata.command_line == "python child.py");
    shown.finish(watched.recorder, {capture::EndKind::kExited, 3});
    CHECK(board.read()[0].ending.code == 3);
    CHECK(!try_connect(board.read()[0].port));
}

TEST_CASE("a viewer that asks again and again and does not read gets one answer") {
    capture::Metadata large;
    large.command_line.assign(std::size_t{4} << 20U, 'x');  // more than a socket takes at once
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
    const base::UniqueFd peer(ends[1]);
    Viewer viewer(base::UniqueFd{ends[0]}, large);
    REQUIRE(viewer.send());
    for (int i = 0; i < 1000; ++i) {
        viewer.notify({false, std::to_string(i)});
        REQUIRE(viewer.send());
    }
    FrameReader frames(kLongestAnswer);
    std::vector<capture::Bytes> read;
    while (read.size() < 2) {
        capture::Bytes buffer(65536);
        const ssize_t count = ::recv(peer.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (count > 0) { frames.feed({buffer.data(), static_cast<std::size_t>(count)}); }
        while (auto frame = frames.next()) { read.push_back(std::move(*frame)); }
        REQUIRE(viewer.send());
    }
    CHECK(read[1] == encode_notice({false, "999"}));
    CHECK(viewer.idle());
}

TEST_CASE("a viewer that says half of its hello is sent away") {
    Watched watched;
    const base::UniqueFd stranger = try_connect(watched.server.entrance().number());
    REQUIRE(::send(stranger.get(), "\x0d\0\0\0\x01mem", 8, MSG_NOSIGNAL) == 8);
    std::array<char, 256> buffer{};
    ssize_t count = -1;
    while (count != 0 && errno != ECONNRESET) {
        watched.step();
        count = ::recv(stranger.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (count > 0) { errno = 0; }
    }
    Connection viewer(try_connect(watched.server.entrance().number()));
    watched.thread.allocate(16, 1000);
    watched.step_until(viewer, [](const Recording& seen) { return seen.profile.leaked.bytes == 1000; });
}

TEST_CASE("who does not speak the protocol is sent away") {
    Watched watched;
    const base::UniqueFd stranger = try_connect(watched.server.entrance().number());
    REQUIRE(::send(stranger.get(), "GET / HTTP/1.1\r\n\r\n", 18, MSG_NOSIGNAL) == 18);
    std::array<char, 256> buffer{};
    ssize_t count = 1;
    while (count != 0) {  // the hello, then the end
        watched.step();
        count = ::recv(stranger.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (count < 0 && errno == ECONNRESET) { break; }
    }
    CHECK(count <= 0);
}

}  // namespace memray::live
