// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <catch2/catch.hpp>

#include "injector/base/error.h"
#include "injector/pursuit/resolve_command.h"
#include "tests/unit/session/launched.h"

using namespace memray;
using namespace memray::tests;

namespace {

// A 64-byte ELF header and nothing else: a static program, as far as that tells.
std::string elf_header(char elf_class, char machine) {
    std::string header(64, '\0');
    header.replace(0, 4,
                   "\x7f"
                   "ELF");
    header[4] = elf_class;
    header[18] = machine;
    return header;
}

class SearchPath {
public:
    explicit SearchPath(const std::string& value) : saved_(std::getenv("PATH")) { ::setenv("PATH", value.c_str(), 1); }
    SearchPath(const SearchPath&) = delete;
    SearchPath& operator=(const SearchPath&) = delete;
    ~SearchPath() { ::setenv("PATH", saved_.c_str(), 1); }

private:
    std::string saved_;
};

}  // namespace

TEST_CASE("a name is searched on PATH, past files that cannot be executed") {
    const TemporaryFolder first;
    const TemporaryFolder second;
    first.write("tool", "#!/bin/sh\n");
    const std::string expected = second.write("tool", "#!/bin/sh\n", true);
    const SearchPath path((first / "none") + ":" + (first / "") + ":" + (second / "."));
    CHECK(std::filesystem::canonical(pursuit::resolve_command("tool")) == std::filesystem::canonical(expected));
    CHECK_THROWS_WITH(pursuit::resolve_command("tool2"), "Could not start tool2: command not found");
}

TEST_CASE("a name that is only there as a plain file is not executable") {
    const TemporaryFolder folder;
    folder.write("tool", "#!/bin/sh\n");
    const SearchPath path(folder / ".");
    CHECK_THROWS_WITH(pursuit::resolve_command("tool"), "Could not start tool: not an executable file");
}

TEST_CASE("programs for other processors are refused") {
    const TemporaryFolder folder;
    const std::string narrow = folder.write("narrow", elf_header(1, 3), true);
    const std::string arm = folder.write("arm", elf_header(2, char(183)), true);
    CHECK_THROWS_WITH(pursuit::resolve_command(narrow),
                      "Could not start " + narrow + ": it is a 32-bit program; only x86-64 programs can be profiled");
    CHECK_THROWS_WITH(pursuit::resolve_command(arm),
                      "Could not start " + arm + ": it is for another processor; only x86-64 programs can be profiled");
}

TEST_CASE("a static Python is refused, a static launcher is not") {
    const TemporaryFolder folder;
    const std::string python = folder.write("python3", elf_header(2, 62), true);
    const std::string launcher = folder.write("launcher", elf_header(2, 62), true);
    CHECK_THROWS_WITH(pursuit::resolve_command(python),
                      "Could not start " + python +
                          ": it is statically linked; only dynamically linked programs can be "
                          "profiled");
    CHECK(pursuit::resolve_command(launcher) == launcher);
}
