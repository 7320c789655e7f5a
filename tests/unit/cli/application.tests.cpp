// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/application.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>
#include <vector>

#include "injector/base/error.h"
#include "tests/unit/cli/folder.h"

using namespace memray;
using cli::Folder;

namespace {

struct Refusal {
    std::string message;
    int exit_code{0};
};

Refusal refusal(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "memray");
    std::vector<char*> pointers;
    for (std::string& argument : arguments) { pointers.push_back(argument.data()); }
    pointers.push_back(nullptr);
    ::setenv("MEMRAY_OPTIONS", "--no-config", 1);  // nothing that this machine sets
    try {
        cli::run(static_cast<int>(arguments.size()), pointers.data());
    } catch (const base::Error& error) { return {error.what(), error.exit_code()}; }
    return {};
}

void check_usage_error(const std::vector<std::string>& arguments, const std::string& last_line) {
    CAPTURE(arguments);
    const Refusal result = refusal(arguments);
    CHECK(result.exit_code == 2);
    CHECK(result.message.starts_with("usage: memray "));
    CHECK(result.message.substr(result.message.find('\n') + 1) == last_line);
}

void check_failure(const std::vector<std::string>& arguments, int exit_code, const std::string& message) {
    const Refusal result = refusal(arguments);
    CHECK(result.exit_code == exit_code);
    CHECK(result.message == message);
}

}  // namespace

TEST_CASE("A missing or unknown subcommand is wrong usage") {
    check_usage_error({}, "memray: error: the following arguments are required: command");
    check_usage_error({"zebra"},
                      "memray: error: argument command: invalid choice: 'zebra' (choose from "
                      "run,flamegraph,table,live,tree,parse,summary,leaks,stats,transform,diff,attach,detach,merge,"
                      "snapshot,heap,rss)");
}

TEST_CASE("A subcommand that is misspelled or left out is answered with what was meant") {
    const auto suggests = [](std::vector<std::string> arguments, const std::string& meant) {
        CAPTURE(arguments, meant);
        const Refusal result = refusal(std::move(arguments));
        CHECK(result.exit_code == 2);
        CHECK_THAT(result.message, Catch::Contains("', did you mean " + meant + "? (choose from run,"));
    };
    suggests({"sumary"}, "summary");
    suggests({"rnu", "x.py"}, "run");
    suggests({"flamgraph", "x.bin"}, "flamegraph");
    suggests({"prog.py", "argument"}, "memray run prog.py");
    suggests({"--native", "prog.py"}, "memray run --native prog.py");
    suggests({"-m", "http.server"}, "memray run -m http.server");
    suggests({"/proc/self/exe"}, "memray run /proc/self/exe");
}

TEST_CASE("Wrong options are wrong usage of their subcommand") {
    check_usage_error({"run"}, "memray run: error: the following arguments are required: file");
    check_usage_error({"run", "--live-port", "3", "x.py"},
                      "memray run: error: The --live-port argument requires --live-remote");
    check_usage_error({"run", "--live", "--aggregate", "x.py"},
                      "memray run: error: With a live session --aggregate needs an output file (-o).");
    check_usage_error({"attach", "--on-exit", "true", "123"},
                      "memray attach: error: --on-exit needs an output file (-o).");
    check_usage_error({"summary", "-s", "6", "x.bin"},
                      "memray summary: error: The --sort-column argument must be between 1 and 5");
    check_usage_error({"stats", "-n", "0", "x.bin"},
                      "memray stats: error: --num-largest: 0 is an invalid positive int value");
    CHECK(refusal({"run", "--nonsense", "x.py"}).exit_code == 2);
    CHECK(refusal({"run", "--no-compress", "--compress-on-exit", "x.py"}).exit_code == 2);
    CHECK(refusal({"summary"}).exit_code == 2);
    CHECK(refusal({"summary", "--temporary-allocations", "--temporary-allocation-threshold", "3", "x"}).exit_code == 2);
    CHECK(refusal({"stats", "-o", "x.json", "x.bin"}).exit_code == 2);
    CHECK(refusal({"flamegraph", "--leaks", "--temporary-allocations", "x"}).exit_code == 2);
    CHECK(refusal({"flamegraph", "--temporal", "--temporary-allocations", "x"}).exit_code == 2);
    check_failure({"summary", "--include", "(", "x"}, 2, "Invalid regular expression (: missing ): (");
}

TEST_CASE("An unknown format is answered with those that are known") {
    check_failure({"transform", "xml", "x.bin"}, 1,
                  "Format not supported: xml (known formats: gprof2dot, csv, speedscope, pprof, collapsed)");
}

TEST_CASE("A program that is not there is named before anything starts") {
    check_failure({"run", "/nonexistent.py", "--help"}, 1, "[Errno 2] No such file or directory: '/nonexistent.py'");
    check_failure({"run", "--", "/nonexistent.py"}, 1, "[Errno 2] No such file or directory: '/nonexistent.py'");
}

TEST_CASE("Captures that are not there or not captures are named") {
    check_failure({"summary", "/nonexistent.bin"}, 1, "No such file: /nonexistent.bin");
    check_failure({"tree", "/dev/null"}, 1,
                  "Failed to parse allocation records in /dev/null. Reason: Not a regular file");
    CHECK(refusal({"summary", "/proc/self/exe"})
              .message.starts_with("Failed to parse allocation records in /proc/self/exe. Reason: "));
}

TEST_CASE("What memray's own tests expect of its messages is said in the same words") {
    check_failure({"stats", "/dev/null"}, 1, "Failed to compute statistics for /dev/null. Reason: Not a regular file");
    for (const std::string report : {"flamegraph", "table", "summary", "tree"}) {
        check_usage_error(
            {report, "--temporary-allocations", "--leaks", "x"},
            "memray " + report + ": error: argument --leaks: not allowed with argument --temporary-allocations");
        check_usage_error({report, "--temporary-allocations", "--temporary-allocation-threshold=1", "x"},
                          "memray " + report +
                              ": error: argument --temporary-allocation-threshold: not allowed with argument "
                              "--temporary-allocations");
    }
    check_failure({"run", "/proc/self/exe"}, 1, "Only valid Python files or commands can be executed under memray");
}

TEST_CASE("A script that is none is answered with what was probably meant") {
    const std::string missing = "[Errno 2] No such file or directory: ";
    check_failure({"run", "tail", "-n", "3"}, 1,
                  missing +
                      "'tail'; it is a program on PATH: memray run --exec -- tail ..., or, as a module, memray "
                      "run -m tail ...");
    check_failure({"run", "python3.99", "x.py"}, 1,
                  missing +
                      "'python3.99'; leave out python3.99: memray run starts Python itself (another one: --python "
                      "EXE)");
    check_failure(
        {"run", "/proc/self/exe", "x"}, 1,
        "Only valid Python files or commands can be executed under memray: '/proc/self/exe' is a binary; as a "
        "command: memray run --exec -- /proc/self/exe ...");
    check_failure({"run", "no_such_module.main", "x"}, 1,
                  missing + "'no_such_module.main'; as a module: memray run -m no_such_module.main ...");
    check_failure({"run", "none.py"}, 1, missing + "'none.py'");
    const Folder folder;
    folder.write("app.py", "");
    check_failure({"run", folder / "app"}, 1,
                  missing + "'" + (folder / "app") + "'; did you mean " + (folder / "app.py") + "?");
}

TEST_CASE("An option behind a script that is not there is pointed out") {
    const std::string missing = "[Errno 2] No such file or directory: '/none.py'";
    check_failure({"run", "/none.py", "-x", "--output=a.bin", "--native"}, 1,
                  missing + " (--output stands behind it: options of memray run come first)");
    check_failure({"run", "/none.py", "-x", "--help", "-h", "--", "--native"}, 1, missing);
    check_failure({"run", "--", "/none.py", "--native"}, 1, missing);
}

TEST_CASE("A process id that is none is told in plain words") {
    for (const std::string command : {"attach", "detach", "snapshot"}) {
        for (const std::string word : {"gunicorn", "0", "1.5", "99999999999"}) {
            check_usage_error({command, word}, "memray " + command + ": error: pid: '" + word +
                                                   "' is not a process id: those are numbers above 0, as ps and pgrep "
                                                   "show them");
        }
    }
}

TEST_CASE("Numbers that are none are told in plain words") {
    check_usage_error({"live", "abc"}, "memray live: error: port: 'abc' is not a number that is possible here");
    check_usage_error({"summary", "-r", "many", "x"},
                      "memray summary: error: --max-rows: 'many' is not a number that is possible here");
    check_usage_error({"attach", "--duration", "-1", "1"},
                      "memray attach: error: --duration: Value -1 not in range 0 to 100000000");
}

TEST_CASE("A process that is not there is named before the terminal is looked at, whatever way it was to be entered") {
    for (const std::string method : {"auto", "gdb", "lldb", "sys.remote_exec"}) {
        check_failure({"attach", "--method", method, "4194309"}, 1, "There is no process 4194309");
    }
    CHECK(refusal({"attach", "--method", "magic", "4194309"}).exit_code == 2);
}
