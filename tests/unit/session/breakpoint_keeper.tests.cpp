// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/session/breakpoint_keeper.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <thread>

using namespace memray;
using session::BreakpointKeeper;

namespace {

// Two bytes that only another process changes.
class Victim {
public:
    Victim() {
        bytes_ = static_cast<unsigned char*>(
            ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
        bytes_[0] = bytes_[1] = 0xcc;
        pid_ = ::fork();
        if (pid_ == 0) {
            for (;;) { ::pause(); }
        }
    }
    ~Victim() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        ::munmap(bytes_, 4096);
    }
    Victim(const Victim&) = delete;
    Victim& operator=(const Victim&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }
    [[nodiscard]] base::RemoteAddr address(int index) const {
        return base::RemoteAddr(reinterpret_cast<std::uint64_t>(bytes_ + index));
    }
    [[nodiscard]] unsigned char byte(int index) const { return const_cast<volatile unsigned char*>(bytes_)[index]; }

private:
    unsigned char* bytes_{nullptr};
    pid_t pid_{0};
};

}  // namespace

TEST_CASE("breakpoints are taken out when the process that planted them is killed, but for those it took out itself") {
    const Victim victim;
    const pid_t planter = ::fork();
    if (planter == 0) {
        BreakpointKeeper keeper;
        keeper.keep(victim.pid(), victim.address(1), 0x22);
        keeper.keep(victim.pid(), victim.address(0), 0x11);
        keeper.drop(victim.pid(), victim.address(1));
        ::kill(::getpid(), SIGKILL);
    }
    ::waitpid(planter, nullptr, 0);
    for (int round = 0; round < 10000 && victim.byte(0) != 0x11; ++round) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    CHECK(victim.byte(0) == 0x11);
    CHECK(victim.byte(1) == 0xcc);
}
