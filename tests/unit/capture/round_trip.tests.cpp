// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <catch2/catch.hpp>
#include <sstream>

#include "injector/base/error.h"
#include "injector/capture/reader.h"
#include "injector/capture/writer.h"
#include "tests/unit/capture/profile_text.h"
#include "tests/unit/capture/random_profile.h"
#include "tests/unit/capture/scratch_dir.h"

using namespace memray::capture;

namespace {

std::string events_text(const std::vector<Event>& events) {
    std::ostringstream out;
    for (const Event& event : events) {
        out << static_cast<int>(event.kind) << ' ' << event.slot << ' ' << event.site << ' ' << event.size << ' '
            << event.other_thread << ' ' << event.time_ms << '\n';
    }
    return out.str();
}

std::vector<Event> all_events(const std::string& path) {
    std::vector<Event> events;
    read_events(path, [&](const Event& event) { events.push_back(event); });
    return events;
}

}  // namespace

TEST_CASE("an aggregated capture reads back exactly as it was written") {
    const ScratchDir dir;
    const bool compress = GENERATE(false, true);
    const std::size_t rows = GENERATE(1, 2, 300);
    RandomCapture random(static_cast<std::uint32_t>(rows));
    Profile profile = random.profile(rows);
    profile.metadata.aggregated = true;
    random.processes(profile, rows);
    Writer writer({dir.file("a.bin"), false, compress, true}, Metadata{});
    writer.allocation(0, 8);
    CHECK(writer.pending() == 0);
    writer.finish(profile);
    CHECK(profile_text(read_profile(dir.file("a.bin"))) == profile_text(profile));
    CHECK(all_events(dir.file("a.bin")).empty());
    CHECK(writer.bytes_written() == read_file(dir.file("a.bin")).size());
}

TEST_CASE("a capture with its event log reads back exactly as it was written") {
    const ScratchDir dir;
    const bool compress = GENERATE(false, true);
    RandomCapture random(7);
    Profile profile = random.profile(50);
    std::vector<Event> events;
    Writer writer({dir.file("a.bin"), false, compress, false}, profile.metadata);
    for (int block = 0; block < 5; ++block) {
        const auto more = random.events(writer, profile.sites.size(), 2000);
        events.insert(events.end(), more.begin(), more.end());
        CHECK(writer.pending() > 2000);
        if (block < 4) {
            writer.flush(profile);
            CHECK(writer.pending() == 0);
            random.grow(profile, 20);
        }
        profile.threads[0].name = "named after flush " + std::to_string(block);
    }
    writer.finish(profile);
    CHECK(profile_text(read_profile(dir.file("a.bin"))) == profile_text(profile));
    CHECK(events_text(all_events(dir.file("a.bin"))) == events_text(events));
}

TEST_CASE("tables longer than one section read back") {
    const ScratchDir dir;
    RandomCapture random(3);
    const Profile profile = random.profile(70'000);
    Writer writer({dir.file("a.bin"), false, true, false}, profile.metadata);
    writer.finish(profile);
    CHECK((profile_text(read_profile(dir.file("a.bin"))) == profile_text(profile)));
}

TEST_CASE("snapshots that were thinned while recording replace the ones written before") {
    const ScratchDir dir;
    RandomCapture random(11);
    Profile profile = random.profile(64);
    profile.kept_symbols.clear();  // only a finished capture has them
    Writer writer({dir.file("a.bin"), false, true, false}, profile.metadata);
    writer.flush(profile);
    profile.snapshots.erase(profile.snapshots.begin() + 5, profile.snapshots.begin() + 40);
    writer.flush(profile);
    CHECK(definitions_text(read_profile(dir.file("a.bin"))) == definitions_text(profile));
    profile.snapshots.erase(profile.snapshots.begin() + 1);
    profile.snapshots.push_back({profile.snapshots.back().time_ms + 1, 2, 3});
    writer.finish(profile);
    CHECK(profile_text(read_profile(dir.file("a.bin"))) == profile_text(profile));
}

TEST_CASE("an empty profile reads back") {
    const ScratchDir dir;
    const bool aggregated = GENERATE(false, true);
    Writer writer({dir.file("a.bin"), false, true, aggregated}, Metadata{});
    Profile profile;
    profile.metadata.aggregated = aggregated;
    writer.finish(profile);
    CHECK(profile_text(read_profile(dir.file("a.bin"))) == profile_text(profile));
}
