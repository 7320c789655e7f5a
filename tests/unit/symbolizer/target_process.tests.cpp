// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/target_process.h"

#include <dlfcn.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>

#include "tests/unit/symbolizer/library_copy.h"

using namespace memray;
using namespace memray::tests;
using symbolizer::TargetProcess;

namespace {

std::int64_t now_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

// As if this process had been recorded, and had loaded `library`.
capture::Profile recorded_here(const LibraryCopy& library) {
    capture::Profile profile = library.profile();
    profile.metadata.pid = ::getpid();
    profile.metadata.start_ms = now_ms();
    return profile;
}

class Loaded {
public:
    explicit Loaded(const std::string& path) : handle_(::dlopen(path.c_str(), RTLD_NOW)) { REQUIRE(handle_); }
    ~Loaded() { ::dlclose(handle_); }
    Loaded(const Loaded&) = delete;
    Loaded& operator=(const Loaded&) = delete;

private:
    void* handle_;
};

}  // namespace

TEST_CASE("the files of a process that still runs are found through its root") {
    const LibraryCopy library;
    const Loaded loaded(library.path);
    const capture::Profile profile = recorded_here(library);
    CHECK(TargetProcess(profile).root() == "/proc/" + std::to_string(::getpid()) + "/root");
    require_lines(symbolized(profile));
}

TEST_CASE("a file that was deleted is read from the process that still has it mapped") {
    const LibraryCopy library;
    const Loaded loaded(library.path);
    capture::Profile profile = recorded_here(library);
    std::filesystem::remove(library.path);
    profile.modules[0].kind = capture::ModuleKind::kDeleted;
    require_lines(symbolized(profile));
}

TEST_CASE("a process that is not the recorded one is left alone") {
    const LibraryCopy library;
    const Loaded loaded(library.path);
    capture::Profile profile = recorded_here(library);
    SECTION("it started after the recording") { profile.metadata.start_ms = 1'000'000'000'000; }
    SECTION("it has none of the modules") { profile.modules[0].path = "/another/library.so"; }
    SECTION("there is none") { profile.metadata.pid = 4'999'999; }
    SECTION("the capture does not say which") { profile.metadata.pid = 0; }
    CHECK(TargetProcess(profile).root().empty());
}
