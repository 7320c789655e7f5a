// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/pursuit/launch.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <cstddef>

#include "injector/region/target.h"
#include "payload/wire/control.h"
#include "tests/support/skip.h"
#include "tests/unit/session/launched.h"

using namespace memray;
using namespace memray::tests;

namespace {

std::string message_of(const pursuit::LaunchOptions& options) {
    try {
        const pursuit::Launch launch(options);
    } catch (const base::Error& error) { return error.what(); }
    return "no error";
}

bool has_children() { return ::waitpid(-1, nullptr, WNOHANG) != -1; }

// Every ptrace call of this process fails from now on, as in a container that forbids it.
void forbid_ptrace() {
    std::array<sock_filter, 4> program{{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                                        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ptrace, 0, 1),
                                        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
                                        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)}};
    const sock_fprog filter{program.size(), program.data()};
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

std::string python() { return interpreters().back(); }

}  // namespace

TEST_CASE("every interpreter runs with the payload started and keeps its exit code") {
    REQUIRE_FALSE(interpreters().empty());
    for (const std::string& interpreter : interpreters()) {
        CAPTURE(interpreter);
        pursuit::Launch launch(options_for({interpreter, "-c", "raise SystemExit(37)"}));
        const base::Mapping head = launch.target().region.map(0, wire::kRegionHeadSize);
        auto* control = static_cast<wire::ControlPage*>(head.data());
        CHECK(control->phase == wire::Phase::kIdle);
        launch.resume();
        CHECK(WEXITSTATUS(wait_status_of(launch.target().pid)) == 37);
        CHECK(control->phase == wire::Phase::kRecording);
        CHECK(control->next_sequence == head.size());
    }
}

TEST_CASE("the control page says how the region is laid out") {
    pursuit::Launch launch(options_for({python(), "-c", ""}));
    const base::Mapping head = launch.target().region.map(0, wire::kRegionHeadSize);
    const auto* control = static_cast<wire::ControlPage*>(head.data());
    CHECK(control->magic == wire::kRegionMagic);
    CHECK(control->version == wire::kProtocolVersion);
    CHECK(control->address_space == wire::kNoLimit);
    CHECK(control->slots_offset == wire::kRegionHeadSize);
    CHECK(control->slot_count == 4);
    CHECK(control->ring_words == 1024);
    CHECK(control->frame_capacity == 64);
    CHECK((control->controller_lock & 0x3fffffffU) == static_cast<std::uint32_t>(::gettid()));
}

TEST_CASE("the target knows its own version, executable and allocator") {
    for (const std::string& interpreter : interpreters()) {
        CAPTURE(interpreter);
        const std::string script =
            "import sys, os; print('%d.%d.%d' % sys.version_info[:3], os.path.realpath(sys.executable))";
        const Outcome outcome = run(options_for({interpreter, "-c", script}));
        pursuit::Launch launch(options_for({interpreter, "-X", "dev", "-c", ""}));
        const region::Target& target = launch.target();
        CHECK(outcome.output == target.python_version + " " + target.python_executable + "\n");
        CHECK(target.python_allocator == "pymalloc debug");
    }
}

TEST_CASE("once it runs, the target has no tracer, no descriptor of ours and no breakpoint left") {
    const TemporaryFolder folder;
    const std::string script =
        folder.write("program.py",
                     "import os\n"
                     "print(sorted(os.listdir('/proc/self/fd')))\n"
                     "print([l for l in open('/proc/self/status') if l.startswith('TracerPid')])\n"
                     "os.fork() or os._exit(0)\n"
                     "print(os.wait()[1])\n");
    for (const std::string& interpreter : interpreters()) {
        CAPTURE(interpreter);
        const std::string expected = plain_output(interpreter + " " + script);
        CHECK(expected.ends_with("\n['TracerPid:\\t0\\n']\n0\n"));
        CHECK(run(options_for({interpreter, script})).output == expected);
    }
}

TEST_CASE("arguments, standard input, main module and search path are the program's own") {
    const TemporaryFolder folder;
    const std::string script = folder.write(
        "program.py",
        "import sys\nprint(__name__, sys.argv[1:], sys.stdin.read(), sys.path[0], sys._getframe().f_back)\n");
    const Outcome outcome = run(options_for({python(), script, "a b", "", "--c"}), "input");
    const std::string directory = std::filesystem::canonical(folder / ".").string();
    CHECK(outcome.output == "__main__ ['a b', '', '--c'] input " + directory + " None\n");
}

TEST_CASE("signal mask and dispositions are the caller's") {
    const std::string script =
        "import signal\nprint(sorted(map(int, signal.pthread_sigmask(0, []))), signal.getsignal(1) == signal.SIG_IGN)";
    CHECK(run(options_for({python(), "-c", script})).output == "[] False\n");
    sigset_t blocked;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGUSR2);
    sigset_t before;
    ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
    ::signal(SIGHUP, SIG_IGN);
    CHECK(run(options_for({python(), "-c", script})).output == "[" + std::to_string(SIGUSR2) + "] True\n");
    ::signal(SIGHUP, SIG_DFL);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST_CASE("a chain of shells, env and a script leads to the interpreter") {
    const TemporaryFolder folder;
    const std::string script = folder.write("tool", "#!/usr/bin/env " + python() + "\nprint('ran')\n", true);
    const std::string shim = folder.write("shim", "#!/bin/sh\n/bin/true; test -e / && exec \"$@\"\n", true);
    CHECK(run(options_for({script})).output == "ran\n");
    CHECK(run(options_for({shim, script})).output == "ran\n");
    CHECK(run(options_for({"env", shim, shim, script})).output == "ran\n");
}

TEST_CASE("a thread that is not the first may execute the interpreter") {
    for (int round = 0; round < 20; ++round) {
        CHECK(run(options_for({THREADED_LAUNCHER, THREADED_LAUNCHER, python(), "-c", "print('ran')"})).output ==
              "ran\n");
    }
    CHECK(message_of(options_for({THREADED_LAUNCHER, "/bin/false"})) == THREADED_LAUNCHER
          " exited with status 1 before starting CPython");
    CHECK(message_of(options_for({THREADED_LAUNCHER, "sh", "-c", "kill -KILL $$"})) == THREADED_LAUNCHER
          " was killed by SIGKILL before starting CPython");
    CHECK_FALSE(has_children());
}

TEST_CASE("a virtual environment stays one") {
    const TemporaryFolder folder;
    const std::string environment = folder / "venv";
    const std::string command = python() + " -m venv --without-pip " + environment;
    if (std::system(command.c_str()) != 0) {
        memray::tests::skip("no venv module");
        return;
    }
    const std::string prefix = std::filesystem::canonical(environment).string();
    const Outcome outcome = run(options_for({environment + "/bin/python", "-c", "import sys; print(sys.prefix)"}));
    CHECK(std::filesystem::canonical(outcome.output.substr(0, outcome.output.size() - 1)) == prefix);
}

TEST_CASE("signals that arrive before the program runs are delivered") {
    const TemporaryFolder folder;
    const std::string shim =
        folder.write("shim", "#!/bin/sh\ntrap 'echo caught' USR1\nkill -USR1 $$\nexec \"$@\"\n", true);
    CHECK(run(options_for({shim, python(), "-c", "print('ran')"})).output == "caught\nran\n");
    CHECK(message_of(options_for({"/bin/sh", "-c", "kill -KILL $$"})) ==
          "/bin/sh was killed by SIGKILL before starting CPython");
}

TEST_CASE("a command that is not Python is reported with how it ended") {
    CHECK(message_of(options_for({"/bin/true"})) == "/bin/true exited with status 0 before starting CPython");
    CHECK(message_of(options_for({"sh", "-c", "exit 9"})) == "sh exited with status 9 before starting CPython");
    CHECK(message_of(options_for({python(), "--version"})) ==
          python() + " exited with status 0 before running a program");
    try {
        const pursuit::Launch launch(options_for({"sh", "-c", "exit 9"}));
    } catch (const pursuit::EndedBeforePython& ended) {
        CHECK(WEXITSTATUS(ended.wait_status()) == 9);
        CHECK(ended.exit_code() == 9);
    }
    CHECK_FALSE(has_children());
}

TEST_CASE("a command that cannot be started is refused before anything runs") {
    const TemporaryFolder folder;
    CHECK(message_of(options_for({"no-such-command-anywhere"})) ==
          "Could not start no-such-command-anywhere: command not found");
    CHECK(message_of(options_for({"./no-such-file"})) == "Could not start ./no-such-file: No such file or directory");
    CHECK(message_of(options_for({"/"})) == "Could not start /: is a directory");
    CHECK(message_of(options_for({""})) == "Could not start '': command not found");
    CHECK(message_of(options_for({})) == "Could not start the program: no command was given");
    const std::string plain = folder.write("plain", "x");
    CHECK(message_of(options_for({plain})) == "Could not start " + plain + ": not an executable file");
    const std::string dangling = folder.write("dangling", "#!/no/such/interpreter\n", true);
    CHECK(message_of(options_for({dangling})) == "Could not start " + dangling + ": No such file or directory");
    CHECK_FALSE(has_children());
}

TEST_CASE("an unsupported Python is killed before it runs anything") {
    const char* home = std::getenv("HOME");
    const std::string old = std::string(home != nullptr ? home : "") + "/.pyenv/versions/3.7.16/bin/python3";
    if (::access(old.c_str(), X_OK) != 0) {
        memray::tests::skip("no CPython 3.7.16 here");
        return;
    }
    const TemporaryFolder folder;
    const std::string script = "open('" + folder / "ran" + "', 'w')";
    CHECK(message_of(options_for({old, "-c", script})) == "CPython 3.7.16 is not supported (3.8 or newer is)");
    CHECK_FALSE(std::filesystem::exists(folder / "ran"));
    CHECK_FALSE(has_children());
}

TEST_CASE("a payload that is missing or no library is refused before anything runs") {
    const TemporaryFolder folder;
    const std::string command = "touch " + folder / "ran";
    const std::string text = folder.write("payload.so", "not a library");
    CHECK(message_of(options_for({"sh", "-c", command}, folder / "none.so")) ==
          "Could not read the payload library " + folder / "none.so" + ": No such file or directory");
    CHECK(message_of(options_for({"sh", "-c", command}, text)) ==
          "The payload library " + text + " is not an x86-64 library");
    CHECK_FALSE(std::filesystem::exists(folder / "ran"));
}

TEST_CASE("a payload that does not load or start leaves no process behind") {
    const TemporaryFolder folder;
    const std::string program = "open('" + folder / "ran" + "', 'w')";
    const std::string unresolved = message_of(options_for({python(), "-c", program}, UNRESOLVED_LIBRARY));
    CHECK(unresolved.starts_with("Could not load the payload library: /memfd:memray-payload-"));
    CHECK(unresolved.ends_with("undefined symbol: no_such_function_anywhere"));
    CHECK(message_of(options_for({python(), "-c", program}, EMPTY_LIBRARY)) ==
          "The payload library does not export memray_payload_start");
    pursuit::Launch launch(options_for({python(), "-c", program}, REFUSING_PAYLOAD));
    CHECK_THROWS_WITH(launch.resume(), "The payload could not start: it is of another version than this program");
    CHECK_FALSE(has_children());
    CHECK_FALSE(std::filesystem::exists(folder / "ran"));
}

TEST_CASE("where tracing is forbidden, the message says how to allow it, and nothing runs") {
    const TemporaryFolder folder;
    const pid_t confined = ::fork();
    if (confined == 0) {
        forbid_ptrace();
        const std::string message = message_of(options_for({"touch", folder / "ran"}));
        folder.write("message", message + (has_children() ? " and a process" : ""));
        ::_exit(0);
    }
    CHECK(wait_status_of(confined) == 0);
    const std::string message = base::read_file(folder / "message");
    CHECK_THAT(message, Catch::Matchers::StartsWith("Could not trace process "));
    CHECK_THAT(message, Catch::Matchers::Contains(": Operation not permitted (a seccomp filter forbids tracing: "));
    CHECK_THAT(message, Catch::Matchers::Contains("docker run --cap-add=SYS_PTRACE"));
    CHECK_FALSE(std::filesystem::exists(folder / "ran"));
}

TEST_CASE("a target can be resumed once") {
    pursuit::Launch launch(options_for({python(), "-c", ""}));
    launch.resume();
    CHECK_THROWS_WITH(launch.resume(), "The target runs already");
    CHECK(wait_status_of(launch.target().pid) == 0);
}

TEST_CASE("a target that is killed while it waits is an error, and reaped") {
    pursuit::Launch launch(options_for({python(), "-c", ""}));
    ::kill(launch.target().pid, SIGKILL);
    CHECK_THROWS_WITH(launch.resume(),
                      Catch::Matchers::Contains("SIGKILL") || Catch::Matchers::Contains("No such process"));
    CHECK_FALSE(has_children());
}

TEST_CASE("a target that is not resumed is killed and reaped") {
    const TemporaryFolder folder;
    { const pursuit::Launch launch(options_for({python(), "-c", "open('" + folder / "ran" + "', 'w')"})); }
    CHECK_FALSE(has_children());
    CHECK_FALSE(std::filesystem::exists(folder / "ran"));
}

TEST_CASE("a limited address space is shared, and hardly taken before it is needed") {
    pursuit::LaunchOptions options = options_for({"/bin/sh", "-c", "ulimit -v 400000; exec " + python() + " -c pass"});
    options.plan.sizes = region::RegionSizes{};
    pursuit::Launch launch(options);
    const base::Mapping head = launch.target().region.map(0, wire::kRegionHeadSize);
    const auto* control = static_cast<wire::ControlPage*>(head.data());
    CHECK(control->slot_count == region::RegionSizes{}.slots);
    CHECK(control->address_space == 400'000 * 1024 / 10);
    launch.resume();
    CHECK(wait_status_of(launch.target().pid) == 0);
}
