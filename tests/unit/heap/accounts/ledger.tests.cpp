// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/accounts/ledger.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

namespace memray::heap {
namespace {

constexpr std::uint64_t kBase = 0x10000;

RemoteAddr at(std::uint64_t offset) { return RemoteAddr(kBase + offset); }

// Pages 0 and 1 are present, 2 is swapped out, 3 is nothing, 4 is present.
const ResidentPages& pages() {
    static const ResidentPages kPages({{at(0), at(2 * kPageBytes), true, false, false},
                                       {at(2 * kPageBytes), at(3 * kPageBytes), false, false, false},
                                       {at(4 * kPageBytes), at(5 * kPageBytes), true, true, false}});
    return kPages;
}
const std::vector<MappingUse> kNoMappings;

TEST_CASE("bytes are entered under the term that claims them") {
    Ledger ledger(pages(), kNoMappings);
    ledger.claim(at(0), at(100), Term::kCode);
    ledger.claim(at(100), at(5 * kPageBytes), Term::kWritten);
    CHECK(ledger[Term::kCode].resident == 100);
    CHECK(ledger[Term::kCode].size == 100);
    CHECK(ledger[Term::kCode].proportional == 100);
    CHECK(ledger[Term::kWritten].resident == 3 * kPageBytes - 100);
    CHECK(ledger[Term::kWritten].swapped == kPageBytes);
    CHECK(ledger[Term::kWritten].size == 5 * kPageBytes - 100);
    CHECK(ledger.total().resident == pages().present());
}

TEST_CASE("the first claim counts") {
    Ledger ledger(pages(), kNoMappings);
    ledger.claim(at(100), at(200), Term::kCode);
    ledger.claim(at(300), at(400), Term::kCode);
    ledger.claim(at(0), at(kPageBytes), Term::kWritten);
    ledger.claim(at(0), at(5 * kPageBytes), Term::kUnexplained);
    ledger.claim(at(50), at(350), Term::kVdso);
    CHECK(ledger[Term::kCode].resident == 200);
    CHECK(ledger[Term::kWritten].resident == kPageBytes - 200);
    CHECK(ledger[Term::kUnexplained].resident == 2 * kPageBytes);
    CHECK(ledger[Term::kVdso].size == 0);
}

TEST_CASE("what is free is known") {
    Ledger ledger(pages(), kNoMappings);
    ledger.claim(at(100), at(200), Term::kCode);
    CHECK(ledger.is_free(at(99)));
    CHECK_FALSE(ledger.is_free(at(100)));
    CHECK_FALSE(ledger.is_free(at(199)));
    CHECK(ledger.is_free(at(200)));
    CHECK(ledger.next_free(at(150)) == at(200));
    CHECK(ledger.next_free(at(200)) == at(200));
    CHECK(ledger.free_until(at(0), at(1000)) == at(100));
    CHECK(ledger.free_until(at(200), at(1000)) == at(1000));
}

TEST_CASE("claims that are empty or upside down are none") {
    Ledger ledger(pages(), kNoMappings);
    ledger.claim(at(10), at(10), Term::kCode);
    ledger.claim(at(10), at(5), Term::kCode);
    CHECK(ledger.total().size == 0);
    CHECK(ledger.is_free(at(7)));
}

TEST_CASE("shared pages count in part") {
    MappingUse half;
    half.begin = at(0);
    half.end = at(2 * kPageBytes);
    half.resident = 2 * kPageBytes;
    half.proportional = kPageBytes;
    const std::vector<MappingUse> mappings{half};
    Ledger ledger(pages(), mappings);
    ledger.claim(at(kPageBytes), at(5 * kPageBytes), Term::kCode);
    ledger.claim(at(0), at(1000), Term::kWritten);
    CHECK(ledger[Term::kCode].proportional == kPageBytes / 2.0 + kPageBytes);
    CHECK(ledger[Term::kWritten].proportional == 500);
}

TEST_CASE("in whatever order claims come, each byte has one term") {
    std::mt19937 random(18);
    for (int round = 0; round < 200; ++round) {
        Ledger ledger(pages(), kNoMappings);
        std::vector<int> owner(5 * kPageBytes, -1);
        for (int number = 0; number < 40; ++number) {
            const std::size_t begin = random() % owner.size();
            const std::size_t end = std::min(begin + random() % 3000, owner.size());
            const int term = static_cast<int>(random() % kTerms);
            ledger.claim(at(begin), at(end), static_cast<Term>(term));
            for (std::size_t i = begin; i < end; ++i) { owner[i] = owner[i] < 0 ? term : owner[i]; }
        }
        for (std::size_t term = 0; term < kTerms; ++term) {
            const auto expected = std::count(owner.begin(), owner.end(), static_cast<int>(term));
            REQUIRE(ledger[static_cast<Term>(term)].size == static_cast<std::uint64_t>(expected));
        }
    }
}

}  // namespace
}  // namespace memray::heap
