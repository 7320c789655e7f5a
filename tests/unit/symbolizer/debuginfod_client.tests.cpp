// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/debuginfod_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>

#include "injector/base/unique_fd.h"
#include "symbolizer/symbolize.h"
#include "tests/unit/symbolizer/library_copy.h"

using namespace memray;
using namespace memray::tests;
using symbolizer::DebuginfodClient;

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// A server on a port of its own, in a process of its own; the only one in DEBUGINFOD_URLS, with an empty cache.
class Server {
public:
    // Answers every request with `content`; without it, never.
    explicit Server(const std::string* content) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(address);
        auto* name = reinterpret_cast<sockaddr*>(&address);
        REQUIRE(::bind(socket_.get(), name, size) == 0);
        REQUIRE(::listen(socket_.get(), 16) == 0);
        REQUIRE(::getsockname(socket_.get(), name, &size) == 0);
        const std::string url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
        ::setenv("DEBUGINFOD_URLS", url.c_str(), 1);
        ::setenv("DEBUGINFOD_CACHE_PATH", cache_.file("cache").c_str(), 1);
        pid_ = ::fork();
        if (pid_ == 0) { serve(content); }
    }
    ~Server() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        ::unsetenv("DEBUGINFOD_URLS");
        ::unsetenv("DEBUGINFOD_CACHE_PATH");
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

private:
    [[noreturn]] void serve(const std::string* content) const {
        while (content == nullptr) { ::pause(); }
        const std::string answer =
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + std::to_string(content->size()) + "\r\n\r\n" +
            *content;
        for (;;) {
            const base::UniqueFd connection(::accept(socket_.get(), nullptr, nullptr));
            char request[4096];
            if (::read(connection.get(), request, sizeof(request)) <= 0) { continue; }
            for (std::size_t at = 0; at < answer.size();) {
                const ssize_t sent = ::write(connection.get(), answer.data() + at, answer.size() - at);
                if (sent <= 0) { break; }
                at += static_cast<std::size_t>(sent);
            }
        }
    }

    const ScratchDir cache_;
    base::UniqueFd socket_;
    pid_t pid_{-1};
};

const std::string kBuildId = "0123456789abcdef0123456789abcdef01234567";

}  // namespace

TEST_CASE("nobody is asked without DEBUGINFOD_URLS") {
    ::unsetenv("DEBUGINFOD_URLS");
    DebuginfodClient client(milliseconds(1000));
    CHECK_FALSE(client.is_usable());
    CHECK(client.find(kBuildId).empty());
    CHECK(client.problem().empty());
}

TEST_CASE("a file is downloaded") {
    const std::string content = "debug information";
    const Server server(&content);
    DebuginfodClient client(milliseconds(60'000));
    CHECK(read_file(client.find(kBuildId)) == content);
    CHECK(client.is_usable());
    CHECK(client.find("").empty());
}

TEST_CASE("a server that does not answer costs no more than the limit, once") {
    const Server server(nullptr);
    const auto start = steady_clock::now();
    DebuginfodClient client(milliseconds(300));
    CHECK(client.find(kBuildId).empty());
    CHECK_FALSE(client.is_usable());
    CHECK(client.find("ff" + kBuildId).empty());
    CHECK(steady_clock::now() - start < std::chrono::seconds(20));
    CHECK(client.problem() == "debuginfod did not answer within 0.3 s and was ended");
}

TEST_CASE("a server that nobody runs costs nothing") {
    ::setenv("DEBUGINFOD_URLS", "http://127.0.0.1:1", 1);
    DebuginfodClient client(milliseconds(60'000));
    CHECK(client.find(kBuildId).empty());
    CHECK(client.problem().empty());
    ::unsetenv("DEBUGINFOD_URLS");
}

TEST_CASE("downloaded debug information names a stripped library") {
    const LibraryCopy library;
    library.split();
    const std::string content = read_file(library.dir.file("shapes.debug"));
    const Server server(&content);
    const auto outcome = symbolizer::symbolize(library.profile(), {}, {});
    CHECK(outcome.notes.empty());
    require_lines(names_in(outcome.symbols));
}

TEST_CASE("downloaded debug information of another library is not used") {
    const LibraryCopy library;
    const LibraryCopy other(shapes_upgraded());
    library.strip();
    other.split();
    const std::string content = read_file(other.dir.file("shapes.debug"));
    const Server server(&content);
    const auto outcome = symbolizer::symbolize(library.profile(), {}, {});
    CHECK(names_in(outcome.symbols) == std::vector<symbolizer::Names>{{}, {{"shapes_run", "", 0}}});
}

TEST_CASE("a server that hangs is noted, and everything else has its names") {
    const LibraryCopy library;
    library.strip();
    const Server server(nullptr);
    const auto outcome = symbolizer::symbolize(library.profile(), {.debuginfod_limit = milliseconds(300)}, {});
    CHECK(outcome.notes == std::vector<std::string>{"debuginfod did not answer within 0.3 s and was ended"});
    CHECK(names_in(outcome.symbols) == std::vector<symbolizer::Names>{{}, {{"shapes_run", "", 0}}});
}
