// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/symbols_file.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "injector/capture/reader.h"
#include "injector/capture/writer.h"
#include "tests/support/skip.h"
#include "tests/unit/capture/profile_text.h"
#include "tests/unit/capture/random_profile.h"
#include "tests/unit/capture/sample_capture.h"
#include "tests/unit/capture/scratch_dir.h"

using namespace memray::capture;

namespace {

namespace fs = std::filesystem;

enum class Kind { kLog, kAggregated, kKilledLog, kKilledAggregated };

bool is_aggregated(Kind kind) { return kind == Kind::kAggregated || kind == Kind::kKilledAggregated; }

// A capture with native stacks, its recorder gone.
void write_capture(const std::string& path, Kind kind, std::uint32_t seed = 5) {
    RandomCapture random(seed);
    Profile profile = random.profile(60);
    profile.metadata.aggregated = is_aggregated(kind);
    Writer writer({path, true, true, is_aggregated(kind)}, profile.metadata);
    random.events(writer, profile.sites.size(), 500);
    writer.flush(profile);
    writer.checkpoint(profile);
    if (kind == Kind::kLog || kind == Kind::kAggregated) { writer.finish(profile); }
}

std::size_t count_events(const std::string& path) {
    std::size_t events = 0;
    read_events(path, [&](const Event&) { ++events; });
    return events;
}

std::size_t files_in(const std::string& path) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(path), fs::directory_iterator()));
}

// Writes symbols in a process of its own that the kernel kills when a file gets larger than `limit`.
int write_until_killed(const std::string& path, const Profile& profile, const Symbols& symbols, rlim_t limit) {
    const pid_t child = ::fork();
    if (child == 0) {
        const rlimit size{limit, limit};
        const rlimit core{0, 0};
        ::setrlimit(RLIMIT_FSIZE, &size);
        ::setrlimit(RLIMIT_CORE, &core);
        write_symbols(path, profile, symbols, path);
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return status;
}

}  // namespace

TEST_CASE("symbols go into a capture and leave everything else in it as it was") {
    const ScratchDir dir;
    const Kind kind = GENERATE(Kind::kLog, Kind::kAggregated, Kind::kKilledLog, Kind::kKilledAggregated);
    const std::string path = dir.file("a.bin");
    write_capture(path, kind);
    Profile expected = read_profile(path);
    const std::size_t events = count_events(path);
    CHECK((events > 0) != is_aggregated(kind));
    expected.symbols = RandomCapture(1).symbols(expected);
    write_symbols(path, expected, expected.symbols, path);
    CHECK(profile_text(read_profile(path)) == profile_text(expected));
    CHECK(count_events(path) == events);
    CHECK(files_in(dir.file("")) == 1);
}

TEST_CASE("new symbols replace the old ones, and the capture does not grow") {
    const ScratchDir dir;
    const std::string path = dir.file("a.bin");
    write_capture(path, Kind::kLog);
    Profile profile = read_profile(path);
    write_symbols(path, profile, RandomCapture(1).symbols(profile), path);
    const Symbols second = RandomCapture(2).symbols(profile);
    write_symbols(path, profile, second, path);
    const auto size = fs::file_size(path);
    write_symbols(path, profile, second, path);
    CHECK(symbols_text(read_profile(path).symbols) == symbols_text(second));
    CHECK(fs::file_size(path) == size);
}

TEST_CASE("a copy with symbols leaves the capture alone") {
    const ScratchDir dir;
    write_capture(dir.file("a.bin"), Kind::kLog);
    const std::string before = read_file(dir.file("a.bin"));
    Profile profile = read_profile(dir.file("a.bin"));
    profile.symbols = RandomCapture(1).symbols(profile);
    write_symbols(dir.file("a.bin"), profile, profile.symbols, dir.file("b.bin"));
    CHECK(read_file(dir.file("a.bin")) == before);
    CHECK(profile_text(read_profile(dir.file("b.bin"))) == profile_text(profile));
}

TEST_CASE("killed at any byte of writing symbols, the capture is what it was") {
    const ScratchDir dir;
    const Kind kind = GENERATE(Kind::kLog, Kind::kAggregated);
    const std::string path = dir.file("a.bin");
    write_capture(path, kind);
    const std::string before = read_file(path);
    const Profile profile = read_profile(path);
    const Symbols symbols = RandomCapture(1).symbols(profile);
    write_symbols(path, profile, symbols, dir.file("whole.bin"));
    const auto whole = fs::file_size(dir.file("whole.bin"));
    for (rlim_t limit = 0; limit < whole; limit += 1 + limit / 8) {
        INFO("killed at byte " << limit << " of " << whole);
        const int status = write_until_killed(path, profile, symbols, limit);
        REQUIRE((WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ));
        REQUIRE(read_file(path) == before);
    }
    CHECK(write_until_killed(path, profile, symbols, whole) == 0);
    CHECK(read_file(path) == read_file(dir.file("whole.bin")));
}

TEST_CASE("symbols beside a capture count as its own") {
    const ScratchDir dir;
    const std::string path = dir.file("a.bin");
    write_capture(path, Kind::kLog);
    Profile profile = read_profile(path);
    profile.symbols = RandomCapture(1).symbols(profile);
    write_sidecar(path, profile, profile.symbols);
    CHECK(fs::exists(dir.file("a.bin.symbols")));
    CHECK(profile_text(read_profile(path)) == profile_text(profile));
}

TEST_CASE("symbols that another user has put beside a capture are not believed") {
    if (::geteuid() != 0) {
        memray::tests::skip("needs root");
        return;
    }
    constexpr uid_t kOwner = 65534;
    constexpr uid_t kAnother = 65533;
    const ScratchDir dir;
    const std::string path = dir.file("a.bin");
    write_capture(path, Kind::kLog);
    const Profile profile = read_profile(path);
    write_sidecar(path, profile, RandomCapture(1).symbols(profile));
    REQUIRE(::chown(path.c_str(), kOwner, kOwner) == 0);
    CHECK(read_profile(path).symbols.present());
    REQUIRE(::chown(sidecar_path(path).c_str(), kOwner, kOwner) == 0);
    CHECK(read_profile(path).symbols.present());
    REQUIRE(::chown(sidecar_path(path).c_str(), kAnother, kAnother) == 0);
    CHECK_FALSE(read_profile(path).symbols.present());
}

TEST_CASE("symbols of another capture, cut off or damaged ones are not used") {
    const ScratchDir dir;
    const std::string path = dir.file("a.bin");
    write_capture(path, Kind::kLog);
    const Profile profile = read_profile(path);
    write_sidecar(path, profile, RandomCapture(1).symbols(profile));
    const std::string sidecar = read_file(sidecar_path(path));
    for (std::size_t size = 0; size + 100 < sidecar.size(); size += 37) {
        write_file(sidecar_path(path), sidecar.substr(0, size));
        REQUIRE_FALSE(read_profile(path).symbols.present());
    }
    write_file(sidecar_path(path), sidecar);
    CHECK(read_profile(path).symbols.present());
    write_capture(path, Kind::kLog, 6);
    CHECK_FALSE(read_profile(path).symbols.present());
}

TEST_CASE("a capture that is being recorded is in use") {
    const ScratchDir dir;
    const bool aggregated = GENERATE(false, true);
    const std::string path = dir.file("a.bin");
    const std::string message = path + " is in use: a recording or another program is writing it";
    {
        const Profile profile = RandomCapture(1).profile(5);
        Writer writer({path, false, true, aggregated}, profile.metadata);
        CHECK_THROWS_WITH(CaptureLock(path), message);
        writer.checkpoint(profile);
        CHECK_THROWS_WITH(CaptureLock(path), message);
    }
    const CaptureLock lock(path);
    CHECK_THROWS_WITH(CaptureLock(path), message);
    CHECK_THROWS_WITH(Writer({path, true, true, aggregated}, Metadata{}),
                      "Could not create output file " + path + ": another recording is writing it");
}
