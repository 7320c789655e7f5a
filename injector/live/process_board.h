// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The processes that a program has made, as far as they are recorded: the process that records them writes, the one
// that serves the viewers reads. In memory that both share: it is made before one forks the other.
#pragma once

#include <pthread.h>
#include <sys/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "injector/capture/profile.h"

namespace memray::live {

struct Process {
    pid_t pid{0};
    int port{0};               // where it is shown (Entrance::number()) for as long as it runs; 0: nowhere
    std::uint64_t heap{0};     // bytes, latest
    capture::Ending ending{};  // kRunning: not yet
    std::string command;

    [[nodiscard]] bool running() const noexcept { return ending.kind == capture::EndKind::kRunning; }
    friend bool operator==(const Process& a, const Process& b) {
        return a.pid == b.pid && a.port == b.port && a.heap == b.heap && a.ending.kind == b.ending.kind &&
               a.ending.code == b.ending.code && a.command == b.command;
    }
};

class ProcessBoard {
public:
    static constexpr std::size_t kMost = 1024;  // twice as many as can be recorded at a time

    ProcessBoard();  // throws base::Error
    ~ProcessBoard();
    ProcessBoard(const ProcessBoard&) = delete;
    ProcessBoard& operator=(const ProcessBoard&) = delete;

    // A process is recorded from now on. If there is no room, it takes that of the one that ended first. Its place, or
    // kMost if all others run. From any thread, like the others.
    [[nodiscard]] std::size_t enter(pid_t pid, int port, const std::string& command);
    void set_heap(std::size_t place, std::uint64_t bytes);
    void end(std::size_t place, const capture::Ending& ending);

    // All of them, in the order in which they came.
    [[nodiscard]] std::vector<Process> read() const;

private:
    struct Line {
        pid_t pid;
        std::int32_t port;
        std::uint64_t heap;
        capture::Ending ending;
        std::uint64_t entered;  // number
        std::uint64_t ended;    // likewise, 0: it runs
        std::array<char, 200> command;
    };
    struct Shared {
        pthread_mutex_t mutex;
        std::uint64_t numbers;
        std::size_t count;  // of lines in use
        std::array<Line, kMost> lines;
    };
    class Lock;

    [[nodiscard]] std::size_t free_place() const;

    Shared* shared_;
};

}  // namespace memray::live
