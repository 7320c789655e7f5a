// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/store.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "injector/capture/reader.h"
#include "injector/capture/symbols_file.h"
#include "injector/capture/writer.h"
#include "tests/unit/capture/scratch_dir.h"
#include "tests/unit/symbolizer/subject.h"

using namespace memray;
using namespace memray::tests;
using symbolizer::Stored;

namespace {

namespace fs = std::filesystem;

struct Recording {
    Recording() {
        fs::create_directory(dir.file("folder"));
        capture::Profile profile;
        profile.modules.push_back({"/lib/a.so", "abcd", capture::ModuleKind::kFile, 1, 2});
        profile.native_frames.push_back({0, 16, true});
        capture::Writer writer({path, false, true, true}, profile.metadata);
        writer.finish(profile);
        symbols = {{"", "f"}, {{1, 0, 7}}, {{0, 1}}, {{capture::SymbolSource::kDebugInformation}}};
    }
    ~Recording() { ::chmod(dir.file("folder").c_str(), 0700); }
    Recording(const Recording&) = delete;
    Recording& operator=(const Recording&) = delete;

    [[nodiscard]] Stored store() const { return symbolizer::store(path, capture::read_profile(path), symbols); }
    void require_names() const {
        CHECK(names_in(capture::read_profile(path).symbols) == std::vector<symbolizer::Names>{{{"f", "", 7}}});
    }

    const ScratchDir dir;
    const std::string path{dir.file("folder/capture.bin")};
    capture::Symbols symbols;
};

}  // namespace

TEST_CASE("symbols are stored in a capture that can be written") {
    const Recording recording;
    CHECK(recording.store() == Stored::kInCapture);
    CHECK_FALSE(fs::exists(capture::sidecar_path(recording.path)));
    recording.require_names();
}

TEST_CASE("symbols are stored beside a read-only capture, which stays as it was") {
    const Recording recording;
    const std::string before = read_file(recording.path);
    ::chmod(recording.path.c_str(), 0444);
    CHECK(recording.store() == Stored::kBeside);
    CHECK(read_file(recording.path) == before);
    recording.require_names();
}

TEST_CASE("symbols are stored nowhere where nothing can be written") {
    const Recording recording;
    ::chmod(recording.path.c_str(), 0444);
    ::chmod(recording.dir.file("folder").c_str(), 0555);
    CHECK(recording.store() == Stored::kNowhere);
    CHECK_FALSE(fs::exists(capture::sidecar_path(recording.path)));
}

TEST_CASE("symbols reach a capture through a link, which stays one") {
    const Recording recording;
    const std::string link = recording.dir.file("link.bin");
    fs::create_symlink(recording.path, link);
    CHECK(symbolizer::store(link, capture::read_profile(link), recording.symbols) == Stored::kInCapture);
    CHECK(fs::is_symlink(link));
    recording.require_names();
}
