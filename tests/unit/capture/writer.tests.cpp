// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/writer.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <thread>

#include "injector/base/error.h"
#include "injector/capture/reader.h"
#include "tests/unit/capture/profile_text.h"
#include "tests/unit/capture/random_profile.h"
#include "tests/unit/capture/scratch_dir.h"

using namespace memray::capture;
using memray::base::Error;
namespace fs = std::filesystem;

namespace {

// While it lives, files cannot grow beyond `bytes`: writing gives EFBIG, as a full disk gives ENOSPC.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes) : handler_(::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        ::signal(SIGXFSZ, handler_);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

private:
    sighandler_t handler_;
    rlimit before_{};
};

mode_t permissions(const std::string& path) {
    struct stat status {};
    REQUIRE(::lstat(path.c_str(), &status) == 0);
    return status.st_mode & 07777U;
}

std::size_t files_in(const std::string& path) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(path), fs::directory_iterator()));
}

Profile aggregated_profile(std::uint32_t seed, std::size_t rows) {
    Profile profile = RandomCapture(seed).profile(rows);
    profile.metadata.aggregated = true;
    return profile;
}

}  // namespace

TEST_CASE("a file that exists is not overwritten unless asked for") {
    const ScratchDir dir;
    const bool aggregated = GENERATE(false, true);
    const std::string path = dir.file("a.bin");
    write_file(path, "precious");
    CHECK_THROWS_WITH(
        Writer({path, false, true, aggregated}, Metadata{}),
        "Output file " + path + " already exists. Memray can overwrite it with the --force CLI argument.");
    CHECK(read_file(path) == "precious");
    Writer writer({path, true, true, aggregated}, Metadata{});
    writer.finish(aggregated_profile(1, 2));
    CHECK(read_profile(path).sites.size() == 2);
}

TEST_CASE("outputs that cannot be created give one line") {
    const ScratchDir dir;
    CHECK_THROWS_WITH(Writer({dir.file("no/a.bin"), false, true, false}, Metadata{}),
                      "Could not create output file " + dir.file("no/a.bin") + ": No such file or directory");
    CHECK_THROWS_WITH(Writer({dir.file(""), true, true, false}, Metadata{}),
                      "Could not create output file " + dir.file("") + ": Is a directory");
    fs::create_symlink("loop", dir.file("loop"));
    CHECK_THROWS_WITH(Writer({dir.file("loop"), true, true, false}, Metadata{}),
                      "Could not create output file " + dir.file("loop") + ": Too many levels of symbolic links");
}

TEST_CASE("two recordings cannot write one file") {
    const ScratchDir dir;
    const Writer first({dir.file("a.bin"), false, true, false}, Metadata{});
    CHECK_THROWS_WITH(Writer({dir.file("a.bin"), true, true, false}, Metadata{}),
                      "Could not create output file " + dir.file("a.bin") + ": another recording is writing it");
}

TEST_CASE("a new file has the permissions that the umask leaves, and a replaced one keeps its own") {
    const ScratchDir dir;
    const bool aggregated = GENERATE(false, true);
    const mode_t mask = ::umask(027);
    Writer fresh({dir.file("new.bin"), false, true, aggregated}, Metadata{});
    fresh.finish(aggregated_profile(1, 2));
    CHECK(permissions(dir.file("new.bin")) == 0640);
    write_file(dir.file("old.bin"), "");
    REQUIRE(::chmod(dir.file("old.bin").c_str(), 0604) == 0);
    Writer replacing({dir.file("old.bin"), true, true, aggregated}, Metadata{});
    replacing.finish(aggregated_profile(1, 2));
    CHECK(permissions(dir.file("old.bin")) == 0604);
    ::umask(mask);
}

TEST_CASE("a symbolic link stays one, and its target gets the capture") {
    const ScratchDir dir;
    const bool aggregated = GENERATE(false, true);
    const bool target_exists = GENERATE(false, true);
    fs::create_directory(dir.file("there"));
    if (target_exists) { write_file(dir.file("there/a.bin"), "old"); }
    fs::create_symlink("there/a.bin", dir.file("link"));
    Writer writer({dir.file("link"), target_exists, true, aggregated}, Metadata{});
    writer.finish(aggregated_profile(1, 3));
    CHECK(fs::is_symlink(dir.file("link")));
    CHECK(read_profile(dir.file("there/a.bin")).sites.size() == 3);
    CHECK(files_in(dir.file("there")) == 1);
}

TEST_CASE("discarding removes the file") {
    const ScratchDir dir;
    const bool aggregated = GENERATE(false, true);
    Writer writer({dir.file("a.bin"), false, true, aggregated}, Metadata{});
    CHECK(fs::exists(dir.file("a.bin")));
    writer.discard();
    CHECK(files_in(dir.file("")) == 0);
}

TEST_CASE("a checkpoint is a whole capture that says that the recording went on") {
    const ScratchDir dir;
    Profile profile = aggregated_profile(9, 20);
    profile.metadata.incomplete.clear();
    Writer writer({dir.file("a.bin"), false, true, true}, profile.metadata);
    CHECK(read_profile(dir.file("a.bin")).metadata.command_line == profile.metadata.command_line);
    writer.checkpoint(profile);
    Profile actual = read_profile(dir.file("a.bin"));
    CHECK_THAT(actual.metadata.incomplete,
               Catch::StartsWith("the recorder was killed or still runs: everything after "));
    actual.metadata.incomplete.clear();
    CHECK(actual.metadata.end_ms == profile.snapshots.back().time_ms);
    actual.metadata.end_ms = profile.metadata.end_ms;
    CHECK(profile_text(actual) == profile_text(profile));
    CHECK(files_in(dir.file("")) == 1);
}

TEST_CASE("whoever opens an aggregated capture at any time sees a whole one") {
    const ScratchDir dir;
    const std::string path = dir.file("a.bin");
    Writer writer({path, false, true, true}, aggregated_profile(1, 1).metadata);
    writer.checkpoint(aggregated_profile(1, 1));
    std::atomic<bool> done{false};
    std::size_t reads = 0;
    std::size_t wrong = 0;
    std::thread reader([&] {
        while (!done || reads < 10) {
            const Profile profile = read_profile(path);
            ++reads;
            // The size of a profile tells which of the checkpoints it is; it must be all of it.
            if (profile.intervals.empty() || profile.metadata.incomplete.find("cut off") != std::string::npos) {
                ++wrong;
            }
        }
    });
    for (std::size_t rows = 1; rows < 200; ++rows) { writer.checkpoint(aggregated_profile(1, rows)); }
    done = true;
    reader.join();
    CHECK(wrong == 0);
    CHECK(reads >= 10);
}

TEST_CASE("a full disk ends the log at its last whole section and keeps the rest readable") {
    const ScratchDir dir;
    const std::string path = dir.file("a.bin");
    RandomCapture random(21);
    Profile profile = random.profile(40);
    Writer writer({path, false, true, false}, profile.metadata);
    const std::size_t kept = random.events(writer, profile.sites.size(), 3000).size();
    writer.flush(profile);
    const std::uint64_t size = writer.bytes_written();
    random.events(writer, profile.sites.size(), 60'000);
    {
        const FileSizeLimit limit(size + 500);
        CHECK_THROWS_WITH(writer.flush(profile), "Could not write " + path + ": File too large");
        CHECK(read_file(path).size() == size);
        writer.allocation(0, 1);
        CHECK(writer.pending() == 0);
        writer.flush(profile);
        CHECK(writer.bytes_written() == size);
        CHECK(writer.failure() == "Could not write " + path + ": File too large");
    }
    profile.metadata.incomplete.clear();
    writer.finish(profile);  // there is room again
    profile.metadata.incomplete = "the event log ends early: Could not write " + path + ": File too large";
    CHECK(profile_text(read_profile(path)) == profile_text(profile));
    std::size_t events = 0;
    read_events(path, [&](const Event&) { ++events; });
    CHECK(events == kept);
}

TEST_CASE("a disk that is full from the last flush on still gets a readable capture") {
    const ScratchDir dir;
    const std::string path = dir.file("a.bin");
    RandomCapture random(22);
    Profile profile = random.profile(40);
    profile.kept_symbols.clear();  // only a finished capture has them
    Writer writer({path, false, true, false}, profile.metadata);
    writer.flush(profile);
    random.events(writer, profile.sites.size(), 60'000);
    {
        const FileSizeLimit limit(writer.bytes_written() + 500);
        CHECK_THROWS_AS(writer.finish(profile), Error);
    }
    CHECK(writer.failure() == "Could not write " + path + ": File too large");
    CHECK(definitions_text(read_profile(path)) == definitions_text(profile));
}

TEST_CASE("a full disk leaves an aggregated capture at its last checkpoint") {
    const ScratchDir dir;
    const std::string path = dir.file("a.bin");
    Writer writer({path, false, true, true}, Metadata{});
    writer.checkpoint(aggregated_profile(1, 10));
    const std::string before = read_file(path).substr(sizeof(FileHeader));
    {
        const FileSizeLimit limit(read_file(path).size());
        CHECK_THROWS_WITH(writer.checkpoint(aggregated_profile(1, 500)),
                          "Could not write " + path + ": File too large");
    }
    CHECK(read_file(path).substr(sizeof(FileHeader)) == before);
    CHECK_THAT(read_profile(path).metadata.incomplete,
               Catch::Contains("the file reached the limit on file sizes: everything after "));
    CHECK(files_in(dir.file("")) == 1);
    writer.checkpoint(aggregated_profile(1, 500));
    CHECK(read_file(path).substr(sizeof(FileHeader)) == before);
    writer.finish(aggregated_profile(1, 500));
    CHECK(read_profile(path).sites.size() == 500);
    CHECK_THAT(read_profile(path).metadata.incomplete, !Catch::Contains("limit on file sizes"));
}

TEST_CASE("where nothing more fits the file says why, and where little fits how the program ended") {
    const ScratchDir dir;
    const std::string path = dir.file("a.bin");
    const bool little = GENERATE(false, true);
    Profile profile = RandomCapture(23).profile(400);
    profile.metadata.incomplete.clear();
    Writer writer({path, false, true, false}, Metadata{});
    profile.metadata.ending = {EndKind::kExited, 7};
    {
        const FileSizeLimit limit(writer.bytes_written() + (little ? 1000 : 0));
        CHECK_THROWS_AS(writer.finish(profile), Error);
    }
    const Metadata metadata = read_profile(path).metadata;
    CHECK_THAT(metadata.incomplete, Catch::StartsWith("the file reached the limit on file sizes: "));
    CHECK(metadata.ending.kind == (little ? EndKind::kExited : EndKind::kUnknown));
}

TEST_CASE("a capture that cannot be begun leaves no file") {
    const ScratchDir dir;
    const FileSizeLimit limit(10);
    CHECK_THROWS_AS(Writer({dir.file("a.bin"), false, true, GENERATE(false, true)}, Metadata{}), Error);
    CHECK(files_in(dir.file("")) == 0);
}

TEST_CASE("/dev/full says that it is full") {
    CHECK_THROWS_WITH(Writer({"/dev/full", false, true, false}, Metadata{}),
                      "Could not write /dev/full: No space left on device");
}

TEST_CASE("/dev/null takes everything") {
    const bool aggregated = GENERATE(false, true);
    Writer writer({"/dev/null", false, true, aggregated}, Metadata{});
    writer.allocation(0, 1);
    writer.flush(aggregated_profile(1, 5));
    writer.checkpoint(aggregated_profile(1, 5));
    writer.finish(aggregated_profile(1, 5));
    Writer discarded({"/dev/null", false, true, aggregated}, Metadata{});
    discarded.discard();
    CHECK(fs::exists("/dev/null"));
}

TEST_CASE("a pipe gets a whole capture") {
    const ScratchDir dir;
    const bool aggregated = GENERATE(false, true);
    REQUIRE(::mkfifo(dir.file("pipe").c_str(), 0600) == 0);
    std::string content;
    std::thread reader([&] { content = read_file(dir.file("pipe")); });
    const Profile profile = aggregated_profile(4, 30);
    {
        Writer writer({dir.file("pipe"), false, true, aggregated}, profile.metadata);
        writer.flush(profile);
        writer.checkpoint(profile);
        writer.finish(profile);
    }
    reader.join();
    write_file(dir.file("a.bin"), content);
    CHECK(profile_text(read_profile(dir.file("a.bin"))) == profile_text(profile));
}
