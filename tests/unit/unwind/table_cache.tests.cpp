// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/unwind/table_cache.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

#include "injector/unwind/table_compiler.h"
#include "tests/unit/capture/scratch_dir.h"
#include "tests/unit/unwind/elf_file.h"

using namespace memray;
using unwind::TableCache;

namespace {

const std::string kBuildId = "0123456789abcdef0123456789abcdef01234567";
constexpr mode_t kAccess = S_IRWXU | S_IRWXG | S_IRWXO;

struct Subject {
    tests::ElfFile file{"/proc/self/exe"};
    unwind::MappedImage image = unwind::read_mapped_image(file.header(), file.memory()).value();
    std::vector<std::uint8_t> table =
        unwind::compile_table(unwind::read_eh_frame(image, file.memory()), image.begin.value()).bytes;

    Subject() {
        REQUIRE_FALSE(table.empty());
        image.build_id = kBuildId;
    }
    [[nodiscard]] std::vector<std::uint8_t> through(const TableCache& cache) const {
        return cache.table_of(image, file.memory());
    }
    // Nothing can be compiled: what comes is from the disk.
    [[nodiscard]] std::vector<std::uint8_t> from_disk(const TableCache& cache) const {
        return cache.table_of(image, [](base::RemoteAddr, void*, std::size_t) { return false; });
    }
};

// A cache with the subject's table in it.
struct Filled {
    ScratchDir scratch;
    Subject subject;
    TableCache cache{scratch.file("tables")};
    std::string path = scratch.file("tables/" + kBuildId);

    Filled() { REQUIRE(subject.through(cache) == subject.table); }
};

mode_t access_of(const std::string& path) {
    struct stat status {};
    REQUIRE(::lstat(path.c_str(), &status) == 0);
    return status.st_mode & kAccess;
}

bool is_used(const std::string& folder) {
    const Subject subject;
    const TableCache cache(folder);
    CHECK(subject.through(cache) == subject.table);
    return std::filesystem::exists(folder + "/" + kBuildId);
}

}  // namespace

TEST_CASE("a table is compiled once and then read from the disk, by its owner alone") {
    const ScratchDir scratch;
    const Subject subject;
    const TableCache cache(scratch.file("deep/below/tables"));
    CHECK(subject.from_disk(cache).empty());
    CHECK(subject.through(cache) == subject.table);
    CHECK(subject.from_disk(cache) == subject.table);
    CHECK(subject.from_disk(TableCache(scratch.file("deep/below/tables"))) == subject.table);
    CHECK(access_of(scratch.file("deep/below/tables")) == S_IRWXU);
    CHECK(access_of(scratch.file("deep/below/tables/" + kBuildId)) == (S_IRUSR | S_IWUSR));
}

TEST_CASE("what was damaged on the disk is compiled again") {
    const Filled filled;
    const auto& [scratch, subject, cache, path] = filled;
    const std::string whole = read_file(path);
    std::string other_version = whole;
    other_version[7] ^= 1;
    std::string more_rows = whole;
    more_rows[8] ^= 1;
    for (const std::string& damaged : {std::string(), whole.substr(0, 8), whole.substr(0, whole.size() - 1),
                                       whole + "x", other_version, more_rows}) {
        write_file(path, damaged);
        ::chmod(path.c_str(), S_IRUSR | S_IWUSR);
        CHECK(subject.from_disk(cache).empty());
        CHECK(subject.through(cache) == subject.table);
        CHECK(read_file(path) == whole);
    }
}

TEST_CASE("a file that others may have written is not believed") {
    const Filled filled;
    const auto& [scratch, subject, cache, path] = filled;
    ::chmod(path.c_str(), S_IRUSR | S_IWUSR | S_IWGRP);
    CHECK(subject.from_disk(cache).empty());
    ::chmod(path.c_str(), S_IRUSR | S_IWUSR);
    CHECK(subject.from_disk(cache) == subject.table);
    std::filesystem::rename(path, scratch.file("elsewhere"));
    std::filesystem::create_symlink(scratch.file("elsewhere"), path);
    CHECK(subject.from_disk(cache).empty());
}

TEST_CASE("a folder that others may look into becomes its owner's alone") {
    const ScratchDir scratch;
    const std::string folder = scratch.file("tables");
    std::filesystem::create_directory(folder);
    ::chmod(folder.c_str(), S_IRWXU | S_IRGRP | S_IXGRP | S_IROTH | S_IXOTH);
    CHECK(is_used(folder));
    CHECK(access_of(folder) == S_IRWXU);
}

TEST_CASE("a folder that others may write to, of somebody else, or behind a link is not used") {
    const ScratchDir scratch;
    const std::string folder = scratch.file("tables");
    std::filesystem::create_directory(folder);
    std::filesystem::create_directory_symlink(folder, scratch.file("link"));
    CHECK_FALSE(is_used(scratch.file("link")));
    for (const mode_t others : {mode_t{S_IWGRP}, mode_t{S_IWOTH}}) {
        ::chmod(folder.c_str(), S_IRWXU | others);
        CHECK_FALSE(is_used(folder));
        CHECK(access_of(folder) == (S_IRWXU | others));
    }
    ::chmod(folder.c_str(), S_IRWXU);
    if (::geteuid() == 0) {  // only root can make such a folder, and write to it all the same
        constexpr uid_t kNobody = 65534;
        REQUIRE(::chown(folder.c_str(), kNobody, kNobody) == 0);
        CHECK_FALSE(is_used(folder));
    }
}

TEST_CASE("a module that nothing identifies is compiled each time") {
    const ScratchDir scratch;
    Subject subject;
    subject.image.build_id = "0123456789abcde";
    const TableCache cache(scratch.file("tables"));
    CHECK(subject.through(cache) == subject.table);
    CHECK(std::filesystem::is_empty(scratch.file("tables")));
}

TEST_CASE("the user's folder is that of XDG_CACHE_HOME or HOME") {
    const ScratchDir scratch;
    const Subject subject;
    ::setenv("XDG_CACHE_HOME", scratch.file("cache").c_str(), 1);
    CHECK(subject.through(TableCache()) == subject.table);
    CHECK(std::filesystem::exists(scratch.file("cache/memray/unwind/" + kBuildId)));
    ::setenv("XDG_CACHE_HOME", "relative", 1);
    ::setenv("HOME", scratch.file("home").c_str(), 1);
    CHECK(subject.through(TableCache()) == subject.table);
    CHECK(std::filesystem::exists(scratch.file("home/.cache/memray/unwind/" + kBuildId)));
}
