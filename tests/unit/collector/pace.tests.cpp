// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/pace.h"

#include <catch2/catch.hpp>

using memray::collector::Pace;
using namespace std::chrono_literals;

namespace {

// Until start + 100 ms. A pause grows by a quarter from one look to the next.
void note_a_thousand_each_ms(Pace& pace, Pace::Clock::time_point start) {
    for (int i = 0; i <= 100; ++i) { pace.note(1'000, start + i * 1ms); }
}

}  // namespace

TEST_CASE("the recorder sleeps until half of a ring may be full") {
    Pace pace(32'768);  // half of it: 2,048 records
    const Pace::Clock::time_point start = Pace::Clock::now() + 1s;
    note_a_thousand_each_ms(pace, start);
    CHECK(pace.pause() == 2'048us);
    pace.note(10'000, start + 101ms);
    CHECK(pace.pause() == 204'800ns);
    pace.note(10'000'000, start + 102ms);
    CHECK(pace.pause() == Pace::kShortest);
}

TEST_CASE("while nothing comes, the recorder sleeps longer and longer") {
    Pace pace(32'768);
    const Pace::Clock::time_point start = Pace::Clock::now() + 1s;
    note_a_thousand_each_ms(pace, start);
    for (int i = 0; i < 3; ++i) { pace.note(0, start + 101ms); }
    CHECK(pace.pause() == 8 * 2'048us);
    for (int i = 0; i < 100; ++i) { pace.note(0, start + 101ms); }
    CHECK(pace.pause() == 1s);
    const auto before = Pace::Clock::now();
    pace.sleep(5ms);
    CHECK(Pace::Clock::now() - before >= 5ms);
    CHECK(Pace::Clock::now() - before < 1s);
}
