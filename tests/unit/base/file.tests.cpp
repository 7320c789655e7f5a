// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/base/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <thread>

#include "injector/base/error.h"
#include "injector/base/unique_fd.h"

using namespace memray::base;

namespace {

struct Pipe {
    Pipe() {
        std::array<int, 2> ends{};
        REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
        reader.reset(ends[0]);
        writer.reset(ends[1]);
    }
    UniqueFd reader;
    UniqueFd writer;
};

}  // namespace

TEST_CASE("files of /proc are read to their end although they have no size") {
    const std::string status = read_file("/proc/self/status");
    CHECK(status.find("\nPid:\t" + std::to_string(::getpid()) + "\n") != std::string::npos);
}

TEST_CASE("a file that cannot be read is an error with its name, or nothing") {
    CHECK_THROWS_WITH(read_file("/no/such/file"), "reading /no/such/file: No such file or directory");
    CHECK_THROWS_WITH(read_file("/"), "reading /: Is a directory");
    CHECK_FALSE(try_read_file("/no/such/file").has_value());
    CHECK(try_read_file("/dev/null") == "");
}

TEST_CASE("everything is written, in as many pieces as it takes") {
    Pipe pipe;
    const std::string content(300000, 'x');  // more than a pipe holds
    std::string received;
    std::thread reader([&] { received = read_file("/proc/self/fd/" + std::to_string(pipe.reader.get())); });
    // The other thread opens the pipe anew; its end is ours closing.
    write_all(pipe.writer.get(), content);
    pipe.writer.reset();
    reader.join();
    CHECK(received == content);
}

TEST_CASE("a failed write is an error") {
    const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    CHECK_THROWS_WITH(write_all(full.get(), "abc"), "writing 3 bytes: No space left on device");
}
