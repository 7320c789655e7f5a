// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <stdlib.h>
#include <time.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <functional>

#include "injector/capture/reader.h"
#include "injector/capture/whole_capture.h"
#include "tests/unit/capture/profile_text.h"
#include "tests/unit/capture/sample_capture.h"
#include "tests/unit/capture/scratch_dir.h"

using namespace memray::capture;

namespace {

const std::string kGolden = MEMRAY_GOLDEN_DIR "/capture/";

std::string content_text(const std::string& path) {
    std::string text = profile_text(read_profile(path));
    read_events(path, [&](const Event& event) {
        text += "event " + std::to_string(static_cast<int>(event.kind)) + " slot " + std::to_string(event.slot) +
                " site " + std::to_string(event.site) + " size " + std::to_string(event.size) +
                (event.other_thread ? " other thread" : "") + " at " + std::to_string(event.time_ms) + "\n";
    });
    return text;
}

// Notes of what is missing name the local time.
void use_utc() {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
}

// Unless it is there.
void add_golden(const std::string& stem, const std::function<void(const std::string& path)>& write) {
    const std::string path = kGolden + stem + ".bin";
    if (std::filesystem::exists(path)) { return; }
    write(path);
    write_file(kGolden + stem + ".txt", content_text(path));
}

void add_golden(const std::string& stem, const WriterOptions& options, SampleEnd end) {
    add_golden(stem, [&](const std::string& path) {
        WriterOptions golden = options;
        golden.path = path;
        write_sample(golden, end);
    });
}

}  // namespace

TEST_CASE("captures of every released format version read as they always did") {
    use_utc();
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(kGolden)) {
        if (entry.path().extension() != ".bin") { continue; }
        INFO(entry.path());
        std::filesystem::path expected = entry.path();
        expected.replace_extension(".txt");
        CHECK(content_text(entry.path()) == read_file(expected));
        ++files;
    }
    CHECK(files >= 4);
}

TEST_CASE("the golden capture of this version says what the sample says") {
    CHECK(profile_text(read_profile(kGolden + "v2-log.bin")) == profile_text(sample_profile(false)));
    CHECK(profile_text(read_profile(kGolden + "v2-aggregated.bin")) == profile_text(sample_profile(true)));
    CHECK(profile_text(read_profile(kGolden + "v2-native.bin")) == profile_text(native_sample_profile()));
}

// For a new format version: unit_capture "[add-golden]" after changing the names. Files of old versions stay.
TEST_CASE("add the golden captures of this version", "[.][add-golden]") {
    use_utc();
    add_golden("v2-log", {"", false, true, false}, SampleEnd::kFinished);
    add_golden("v2-log-raw", {"", false, false, false}, SampleEnd::kFinished);
    add_golden("v2-log-killed", {"", false, true, false}, SampleEnd::kKilled);
    add_golden("v2-aggregated", {"", false, true, true}, SampleEnd::kFinished);
    add_golden("v2-aggregated-killed", {"", false, true, true}, SampleEnd::kKilled);
    add_golden("v2-native", [](const std::string& path) {
        write_capture(native_sample_profile(), {path, false, true});
    });
}
