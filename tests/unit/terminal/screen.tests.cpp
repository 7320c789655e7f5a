// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/terminal/screen.h"

#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "injector/base/unique_fd.h"

using namespace memray;
using terminal::Key;

namespace {

// A process that has a screen on a terminal of its own, and tells each key that it reads.
class Reader {
public:
    Reader() {
        std::array<int, 2> pipe{};
        REQUIRE(::pipe(pipe.data()) == 0);
        winsize size{10, 20, 0, 0};
        int master = -1;
        pid_ = ::forkpty(&master, nullptr, nullptr, &size);
        REQUIRE(pid_ >= 0);
        if (pid_ == 0) { tell_keys(pipe[1]); }
        ::close(pipe[1]);
        master_ = base::UniqueFd(master);
        told_ = base::UniqueFd(pipe[0]);
        REQUIRE(next() == "20x10");
    }
    ~Reader() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    void type(const std::string& keys) const {
        REQUIRE(::write(master_.get(), keys.data(), keys.size()) == static_cast<ssize_t>(keys.size()));
    }
    void hang_up() { master_.reset(); }
    // The next line that was told; empty: the process has ended.
    [[nodiscard]] std::string next() const {
        std::string line;
        char letter = 0;
        while (::read(told_.get(), &letter, 1) == 1 && letter != '\n') { line += letter; }
        return line;
    }

private:
    [[noreturn]] static void tell_keys(int pipe) {
        std::signal(SIGHUP, SIG_IGN);
        ::setenv("TERM", "xterm-256color", 1);
        ::setenv("LC_ALL", "POSIX", 1);
        terminal::Screen screen({.mouse = true, .signals = false});
        if (screen.read_key()) { ::dprintf(pipe, "too early\n"); }  // nothing was typed, and it does not wait
        ::dprintf(pipe, "%zux%zu\n", screen.size().columns, screen.size().lines);
        while (const auto press = screen.wait_for_key()) {
            ::dprintf(pipe, "%d %d %zu,%zu\n", static_cast<int>(press->key), static_cast<int>(press->character),
                      press->column, press->line);
        }
        ::dprintf(pipe, "gone\n");
        ::_exit(0);
    }

    pid_t pid_{-1};
    base::UniqueFd master_;
    base::UniqueFd told_;
};

std::string told(Key key, wchar_t character = 0, const char* place = "0,0") {
    return std::to_string(static_cast<int>(key)) + " " + std::to_string(static_cast<int>(character)) + " " + place;
}

}  // namespace

TEST_CASE("Keys are read one by one, and what has no name is one of them") {
    Reader reader;
    const auto typed = [&reader](const std::string& keys) {
        reader.type(keys);
        return reader.next();
    };
    CHECK(typed("x") == told(Key::kCharacter, L'x'));
    CHECK(typed("\u8aad") == told(Key::kCharacter, L'\u8aad'));
    CHECK(typed("\x03") == told(Key::kCharacter, 3));
    CHECK(typed("\r") == told(Key::kEnter));
    CHECK(typed("\x7f") == told(Key::kBackspace));
    CHECK(typed("\x1b") == told(Key::kEscape));
    CHECK(typed("\x1bOA") == told(Key::kUp));
    CHECK(typed("\x1b[6~") == told(Key::kPageDown));
    CHECK(typed("\x1b[58;5~") == told(Key::kOther));
    CHECK(typed("\x1b[<0;3;2M") == told(Key::kClick, 0, "2,1"));
    CHECK(typed("\x1b[<65;1;4M") == told(Key::kWheelDown, 0, "0,3"));
}

TEST_CASE("Waiting ends when the terminal has gone") {
    Reader reader;
    reader.type("x");
    CHECK(reader.next() == told(Key::kCharacter, L'x'));
    reader.hang_up();
    CHECK(reader.next() == "gone");
}
