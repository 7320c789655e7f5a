// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/base/replacement_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <filesystem>
#include <string_view>

#include "injector/base/output_place.h"
#include "tests/support/skip.h"
#include "tests/unit/capture/scratch_dir.h"

using namespace memray::base;
namespace fs = std::filesystem;

namespace {

constexpr uid_t kAnother = 65534;

std::span<const std::uint8_t> bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::ptrdiff_t files_in(const std::string& folder) { return std::distance(fs::directory_iterator(folder), {}); }

// A folder of everybody, as /tmp is.
struct Shared {
    Shared() {
        fs::create_directory(folder);
        ::chmod(folder.c_str(), S_ISVTX | S_IRWXU | S_IRWXG | S_IRWXO);
    }
    const ScratchDir scratch;
    const std::string folder = scratch.file("shared");
    const std::string path = folder + "/out";
    void give_to(uid_t owner) const { REQUIRE(::lchown(path.c_str(), owner, owner) == 0); }
};

}  // namespace

TEST_CASE("a file has no name until it is complete, and nothing is left of one that never is") {
    const ScratchDir scratch;
    const OutputPlace place(scratch.file("out"));
    {
        ReplacementFile file(place);
        file.append(bytes("half"));
        CHECK(files_in(scratch.file("")) == 0);
    }
    CHECK(files_in(scratch.file("")) == 0);
    ReplacementFile file(place);
    file.append(bytes("whole"));
    CHECK(file.commit_new());
    CHECK(read_file(scratch.file("out")) == "whole");
    CHECK(files_in(scratch.file("")) == 1);
}

TEST_CASE("a file that came meanwhile is kept by commit_new and replaced by commit") {
    const ScratchDir scratch;
    const OutputPlace place(scratch.file("out"));
    ReplacementFile file(place);
    file.append(bytes("new"));
    write_file(scratch.file("out"), "precious");
    ::chmod(scratch.file("out").c_str(), 04640);
    CHECK_FALSE(file.commit_new());
    CHECK(read_file(scratch.file("out")) == "precious");
    CHECK(file.commit());
    CHECK(read_file(scratch.file("out")) == "new");
    struct stat status {};
    REQUIRE(::stat(scratch.file("out").c_str(), &status) == 0);
    CHECK((status.st_mode & 07777U) == 0640);
    CHECK(files_in(scratch.file("")) == 1);
}

TEST_CASE("what is no regular file is not replaced") {
    const ScratchDir scratch;
    REQUIRE(::mkfifo(scratch.file("out").c_str(), 0600) == 0);
    const OutputPlace place(scratch.file("out"));
    CHECK_THROWS_WITH(ReplacementFile(place),
                      "Could not create output file " + scratch.file("out") + ": it is not a regular file");
}

TEST_CASE("a folder that is moved or replaced meanwhile keeps its file") {
    const ScratchDir scratch;
    fs::create_directory(scratch.file("a"));
    fs::create_directory(scratch.file("b"));
    const OutputPlace place(scratch.file("a/out"));
    ReplacementFile file(place);
    fs::rename(scratch.file("a"), scratch.file("moved"));
    fs::create_directory_symlink(scratch.file("b"), scratch.file("a"));
    CHECK(file.commit_new());
    CHECK(fs::exists(scratch.file("moved/out")));
    CHECK(files_in(scratch.file("b")) == 0);
}

TEST_CASE("a place is where links lead, and what is removed there is the very file") {
    const ScratchDir scratch;
    fs::create_directory(scratch.file("there"));
    fs::create_symlink("there/out", scratch.file("link"));
    const OutputPlace place(scratch.file("link"));
    CHECK(place.name() == "out");
    UniqueFd created = place.create();
    CHECK(fs::exists(scratch.file("there/out")));
    write_file(scratch.file("there/out"), "another's");
    place.remove(created.get());
    CHECK(read_file(scratch.file("there/out")) == "another's");
    created = place.open_existing();
    place.remove(created.get());
    CHECK_FALSE(fs::exists(scratch.file("there/out")));
    fs::create_symlink("loop", scratch.file("loop"));
    CHECK_THROWS_AS(OutputPlace(scratch.file("loop")), Error);
}

TEST_CASE("in a folder of everybody, links, files and FIFOs of others are refused and those of its owner are not") {
    if (::geteuid() != 0) {
        memray::tests::skip("needs root");
        return;
    }
    const Shared shared;
    SECTION("links") {
        fs::create_symlink(shared.scratch.file("target"), shared.path);
        CHECK_NOTHROW(OutputPlace(shared.path));
        shared.give_to(kAnother);
        CHECK_THROWS_WITH(OutputPlace(shared.path), Catch::Contains("Permission denied (it is another user's"));
        REQUIRE(::chown(shared.folder.c_str(), kAnother, kAnother) == 0);
        CHECK_NOTHROW(OutputPlace(shared.path));
    }
    SECTION("files") {
        write_file(shared.path, "");
        const OutputPlace place(shared.path);
        CHECK(place.open_existing());
        shared.give_to(kAnother);
        CHECK_THROWS_AS(place.open_existing(), Error);
        CHECK_THROWS_AS(ReplacementFile(place), Error);
        ::chmod(shared.folder.c_str(), S_IRWXU | S_IRWXG | S_IRWXO);  // not sticky: whoever may write, may do worse
        CHECK(place.open_existing());
    }
    SECTION("FIFOs are not even opened") {
        REQUIRE(::mkfifo(shared.path.c_str(), 0666) == 0);
        shared.give_to(kAnother);
        CHECK_THROWS_AS(OutputPlace(shared.path).open_existing(), Error);
    }
}

TEST_CASE("what is open is written to through /proc/self/fd, also where it has no name") {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    const UniqueFd reading(ends[0]);
    const UniqueFd writing(ends[1]);
    const OutputPlace place("/proc/self/fd/" + std::to_string(writing.get()));
    REQUIRE(::write(place.open_existing().get(), "x", 1) == 1);
    char byte = 0;
    CHECK(::read(reading.get(), &byte, 1) == 1);
}
