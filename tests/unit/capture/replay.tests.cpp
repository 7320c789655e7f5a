// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <catch2/catch.hpp>

#include "injector/capture/reader.h"
#include "injector/capture/writer.h"
#include "tests/unit/capture/profile_text.h"
#include "tests/unit/capture/random_profile.h"
#include "tests/unit/capture/scratch_dir.h"
#include "tests/unit/capture/slow_replay.h"

using namespace memray::capture;

namespace {

// Writes a log, as a recorder does that is killed after `blocks` flushes; returns what the capture must say.
Profile write_killed(const std::string& path, std::uint32_t seed, int blocks, std::size_t events_each) {
    RandomCapture random(seed);
    Profile profile = random.profile(40);
    profile.snapshots.clear();
    profile.metadata.incomplete.clear();
    profile.metadata.ending = {};
    profile.kept_symbols.clear();  // these are looked for at the end
    std::vector<Event> events;
    Writer writer({path, false, true, false}, profile.metadata);
    for (int block = 0; block < blocks; ++block) {
        const auto more = random.events(writer, profile.sites.size(), events_each);
        events.insert(events.end(), more.begin(), more.end());
        writer.flush(profile);
    }
    slow_replay(profile, events);
    return profile;
}

}  // namespace

TEST_CASE("the capture of a killed recorder says what its event log says") {
    const ScratchDir dir;
    const std::uint32_t seed = GENERATE(range(1U, 9U));
    const std::size_t events = GENERATE(0, 3, 60, 700);
    const Profile expected = write_killed(dir.file("a.bin"), seed, 3, events);
    const Profile actual = read_profile(dir.file("a.bin"));
    CHECK(definitions_text(actual) == definitions_text(expected));
    CHECK(amounts_text(actual) == amounts_text(expected));
    CHECK(actual.metadata.end_ms == expected.metadata.end_ms);
    CHECK_THAT(actual.metadata.incomplete,
               Catch::StartsWith("the recorder was killed or still runs: everything after ") &&
                   Catch::EndsWith(" is missing"));
}

TEST_CASE("a finished capture cut before its finished tables says the same as whole") {
    const ScratchDir dir;
    RandomCapture random(5);
    Profile profile = random.profile(30);
    profile.snapshots.clear();
    profile.metadata.incomplete.clear();
    Writer writer({dir.file("a.bin"), false, true, false}, profile.metadata);
    const std::vector<Event> events = random.events(writer, profile.sites.size(), 2000);
    writer.flush(profile);
    const std::string unfinished = read_file(dir.file("a.bin"));
    slow_replay(profile, events);
    writer.finish(profile);
    write_file(dir.file("cut.bin"), unfinished + read_file(dir.file("a.bin")).substr(unfinished.size(), 100));

    const Profile whole = read_profile(dir.file("a.bin"));
    CHECK(profile_text(whole) == profile_text(profile));
    const Profile cut = read_profile(dir.file("cut.bin"));
    CHECK(amounts_text(cut) == amounts_text(profile));
    CHECK_THAT(cut.metadata.incomplete, Catch::StartsWith("the file is cut off or damaged: everything after "));
}

TEST_CASE("progress is told while the log of a killed recorder is replayed") {
    const ScratchDir dir;
    write_killed(dir.file("a.bin"), 1, 3, 100);
    std::vector<double> shares;
    static_cast<void>(read_profile(dir.file("a.bin"), [&](double share) { shares.push_back(share); }));
    REQUIRE(!shares.empty());
    CHECK(shares.front() > 0.0);
    CHECK(shares.back() <= 1.0);
}
