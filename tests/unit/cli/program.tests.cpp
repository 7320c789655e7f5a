// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/running/program.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "cli/commands/command.h"
#include "injector/base/error.h"
#include "tests/unit/cli/folder.h"

using namespace memray;
using namespace memray::cli;
using Catch::Matchers::Message;

TEST_CASE("The interpreter gets the program and its arguments as they are") {
    using Arguments = std::vector<std::string>;
    CHECK(interpreter_arguments({ProgramKind::kScript, "a.py", {"-x", ""}}) == Arguments{"a.py", "-x", ""});
    CHECK(interpreter_arguments({ProgramKind::kModule, "a.b", {"c"}}) == Arguments{"-m", "a.b", "c"});
    CHECK(interpreter_arguments({ProgramKind::kText, "pass", {}}) == Arguments{"-c", "pass"});
}

TEST_CASE("Captures are named after the program and its process, beside the script") {
    CHECK(default_output({ProgramKind::kScript, "a.py", {}}, 7) == "memray-a.py.7.bin");
    CHECK(default_output({ProgramKind::kScript, "/srv/app/a.py", {}}, 7) == "/srv/app/memray-a.py.7.bin");
    CHECK(default_output({ProgramKind::kScript, "../a", {}}, 7) == "../memray-a.7.bin");
    CHECK(default_output({ProgramKind::kScript, "srv/app/", {}}, 7) == "srv/memray-app.7.bin");
    CHECK(default_output({ProgramKind::kModule, "a.b", {}}, 7) == "memray-a.b.7.bin");
    CHECK(default_output({ProgramKind::kText, "print(1)", {}}, 7) == "memray-string.7.bin");
}

TEST_CASE("Scripts that cannot be run are refused as Python words it") {
    const Folder folder;
    const auto refuses = [&](const std::string& name, const std::string& message) {
        CHECK_THROWS_MATCHES(require_runnable({ProgramKind::kScript, folder / name, {}}), base::Error,
                             Message(message));
    };
    refuses("nope.py", "[Errno 2] No such file or directory: '" + (folder / "nope.py") + "'");
    std::filesystem::create_directory(folder / "package");
    refuses("package", "memray: '" + (folder / "package") + "' is a directory without a __main__.py that could be run");
    folder.write("program",
                 "\x7f"
                 "ELF and more");
    refuses("program", "Only valid Python files or commands can be executed under memray");
    folder.write("file.py", "");
    refuses("file.py/x.py", "[Errno 20] Not a directory: '" + (folder / "file.py/x.py") + "'");
}

TEST_CASE("Scripts, folders with a main module and empty files can be run") {
    const Folder folder;
    folder.write("empty.py", "");
    std::filesystem::create_directory(folder / "package");
    folder.write("package/__main__.py", "pass");
    CHECK_NOTHROW(require_runnable({ProgramKind::kScript, folder / "empty.py", {}}));
    CHECK_NOTHROW(require_runnable({ProgramKind::kScript, folder / "package", {}}));
}

TEST_CASE("A pipe is left for Python to read") {
    const Folder folder;
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    CHECK_NOTHROW(require_runnable({ProgramKind::kScript, folder / "pipe", {}}));  // opening it would block for ever
}

TEST_CASE("A file given as source text is wrong usage") {
    const Folder folder;
    folder.write("a.py", "");
    CHECK_THROWS_MATCHES(require_runnable({ProgramKind::kText, folder / "a.py", {}}), UsageError,
                         Message("remove the option -c to run a file"));
    CHECK_NOTHROW(require_runnable({ProgramKind::kText, "import sys", {}}));
    CHECK_NOTHROW(require_runnable({ProgramKind::kModule, folder / "a.py", {}}));
}

TEST_CASE("A program imports its own modules from beside the script, then from PYTHONPATH") {
    const Folder folder;
    folder.write("a.py", "");
    ::setenv("PYTHONPATH", "/opt/one::/opt/two", 1);
    CHECK(own_search_paths({ProgramKind::kScript, folder / "a.py", {}}) ==
          std::vector<std::string>{folder.path(), "/opt/one", "/opt/two"});
    ::unsetenv("PYTHONPATH");
    CHECK(own_search_paths({ProgramKind::kModule, "a", {}}) ==
          std::vector<std::string>{std::filesystem::current_path().string()});
}
