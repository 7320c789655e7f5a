// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/live/process_board.h"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

namespace memray::live {

TEST_CASE("what one process writes on the board, another reads") {
    ProcessBoard board;
    const pid_t child = ::fork();
    if (child == 0) {
        const std::size_t first = board.enter(11, 40001, "python first.py");
        const std::size_t second = board.enter(12, 40002, std::string(1000, 'x'));
        board.set_heap(first, 500);
        board.set_heap(second, 700);
        board.end(first, {capture::EndKind::kExited, 3});
        ::_exit(0);
    }
    REQUIRE(::waitpid(child, nullptr, 0) == child);
    const std::vector<Process> processes = board.read();
    REQUIRE(processes.size() == 2);
    CHECK(processes[0] == Process{11, 40001, 500, {capture::EndKind::kExited, 3}, "python first.py"});
    CHECK(!processes[0].running());
    CHECK(processes[1] == Process{12, 40002, 700, {capture::EndKind::kRunning, 0}, std::string(199, 'x')});
}

TEST_CASE("a writer that dies holds up nobody") {
    ProcessBoard board;
    for (int i = 0; i < 20; ++i) {
        const pid_t child = ::fork();
        if (child == 0) {
            for (;;) { board.set_heap(0, 1); }
        }
        ::usleep(1000);
        REQUIRE(::kill(child, SIGKILL) == 0);
        REQUIRE(::waitpid(child, nullptr, 0) == child);
        CHECK(board.enter(i + 1, 1, "") == static_cast<std::size_t>(i));
    }
}

TEST_CASE("a board that is full has room when somebody has ended") {
    ProcessBoard board;
    for (std::size_t i = 0; i < ProcessBoard::kMost; ++i) {
        REQUIRE(board.enter(static_cast<pid_t>(i + 1), 1, "") == i);
    }
    const std::size_t none = board.enter(5000, 1, "");
    CHECK(none == ProcessBoard::kMost);
    board.set_heap(none, 1);
    board.end(none, {});
    board.end(7, {capture::EndKind::kExited, 0});
    board.end(3, {capture::EndKind::kExited, 0});
    CHECK(board.enter(5001, 1, "") == 7);
    CHECK(board.enter(5002, 1, "") == 3);
    CHECK(board.enter(5003, 1, "") == ProcessBoard::kMost);
    CHECK(board.read().size() == ProcessBoard::kMost);
    CHECK(board.read().back().pid == 5002);
}

}  // namespace memray::live
