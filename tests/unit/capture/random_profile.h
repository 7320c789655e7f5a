// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Profiles and event logs made up at random, the same ones for the same seed.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "injector/capture/events/event.h"
#include "injector/capture/profile.h"
#include "injector/capture/writer.h"

class RandomCapture {
public:
    explicit RandomCapture(std::uint32_t seed) : random_(seed) {}

    // A profile whose tables have about `rows` rows of extreme and ordinary values.
    memray::capture::Profile profile(std::size_t rows);
    // Adds that many processes, as a merged capture has.
    void processes(memray::capture::Profile& profile, std::size_t rows);
    // Adds rows to the tables that grow while recording.
    void grow(memray::capture::Profile& profile, std::size_t rows);
    // Names for its native frames.
    memray::capture::Symbols symbols(const memray::capture::Profile& profile);
    // Writes events that can happen to `writer`, and returns what a reader must see.
    std::vector<memray::capture::Event> events(memray::capture::Writer& writer, std::size_t sites, std::size_t count);

private:
    std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
    std::uint64_t number();
    std::string text();
    memray::capture::Amount amount() { return {number(), number()}; }
    memray::capture::Event event(std::size_t sites);
    void grow_native(memray::capture::Profile& profile, bool module);
    void finished(memray::capture::Profile& profile, std::size_t rows);

    std::mt19937_64 random_;
    std::vector<memray::capture::Event> slots_;
    std::vector<std::uint32_t> live_;
    std::vector<std::uint32_t> free_;
    std::int64_t now_{1'700'000'000'000};
};
