// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/recording/news_wait.h"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <vector>

using memray::recording::NewsWait;

namespace {

constexpr std::chrono::seconds kForGood{60};

bool ends_early(NewsWait& wait) {
    const auto start = std::chrono::steady_clock::now();
    wait.wait(kForGood);
    return std::chrono::steady_clock::now() - start < kForGood / 2;
}

}  // namespace

TEST_CASE("a wait ends at once if one of many words has changed since it was looked at") {
    NewsWait wait;
    std::vector<std::atomic<std::uint32_t>> words(300);
    words[100] = 1;
    wait.begin_look();
    for (const auto& word : words) { wait.watch(word, 0); }
    CHECK(ends_early(wait));
}

TEST_CASE("a wait ends with the news of a child that came after the look") {
    NewsWait wait;
    wait.begin_look();
    const pid_t child = ::fork();
    if (child == 0) { ::_exit(0); }
    CHECK(ends_early(wait));
    CHECK(::waitpid(child, nullptr, WNOHANG) == child);
}

TEST_CASE("a wait without news ends in time") {
    NewsWait wait;
    const std::atomic<std::uint32_t> word{0};
    wait.begin_look();
    wait.watch(word, 0);
    const auto start = std::chrono::steady_clock::now();
    wait.wait(std::chrono::milliseconds(20));
    CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(19));
}
