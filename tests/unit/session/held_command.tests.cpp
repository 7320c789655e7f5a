// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/pursuit/held_command.h"

#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <string>

using memray::pursuit::HeldCommand;
using memray::pursuit::read_exec_error;

namespace {

int exit_status(pid_t pid) {
    int status = 0;
    CHECK(::waitpid(pid, &status, 0) == pid);
    return WEXITSTATUS(status);
}

}  // namespace

TEST_CASE("a held command does nothing before it is let go") {
    HeldCommand command("/bin/sh", {"sh", "-c", "exit 7"});
    std::string name;
    std::ifstream("/proc/" + std::to_string(command.id()) + "/comm") >> name;
    CHECK(name != "sh");
    command.go();
    CHECK(read_exec_error(command.take_exec_error()) == 0);
    CHECK(exit_status(command.id()) == 7);
}

TEST_CASE("a held command that is never let go ends and is reaped") {
    pid_t pid = 0;
    {
        const HeldCommand command("/bin/true", {"true"});
        pid = command.id();
        CHECK(::kill(pid, 0) == 0);
    }
    CHECK(::kill(pid, 0) == -1);
}

TEST_CASE("why a held command could not be executed is told") {
    HeldCommand command("/no/such/program", {"program"});
    command.go();
    CHECK(read_exec_error(command.take_exec_error()) == ENOENT);
    CHECK(exit_status(command.id()) == 127);
}
