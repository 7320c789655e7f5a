// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/worker_pool.h"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <map>

#include "injector/base/error.h"

using namespace memray;
using symbolizer::WorkerPool;

namespace {

using Results = std::map<std::size_t, std::optional<capture::Bytes>>;

Results run(WorkerPool pool, std::size_t count, const WorkerPool::Work& work) {
    Results results;
    pool.run(count, work, [&](std::size_t number, const auto& bytes) { results.emplace(number, bytes); });
    return results;
}

void require_no_children() {
    CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
    CHECK(errno == ECHILD);
}

}  // namespace

TEST_CASE("work is done in child processes, and every result comes back") {
    const unsigned jobs = GENERATE(0U, 1U, 3U);
    const pid_t parent = ::getpid();
    const Results results = run({jobs, std::chrono::seconds(60)}, 10, [&](std::size_t number) {
        return ::getpid() == parent ? capture::Bytes{} : capture::Bytes(number * 100'000, std::uint8_t(number));
    });
    REQUIRE(results.size() == 10);
    for (const auto& [number, bytes] : results) {
        CHECK(bytes == capture::Bytes(number * 100'000, static_cast<std::uint8_t>(number)));
    }
    require_no_children();
}

TEST_CASE("a worker that crashes, throws or exits gives no result, and the others do") {
    const Results results = run({2, std::chrono::seconds(60)}, 5, [](std::size_t number) -> capture::Bytes {
        if (number == 1) { ::raise(SIGSEGV); }
        if (number == 2) { throw base::Error("no"); }
        if (number == 3) { ::_exit(7); }
        return {42};
    });
    CHECK(results == Results{{0, capture::Bytes{42}}, {1, {}}, {2, {}}, {3, {}}, {4, capture::Bytes{42}}});
    require_no_children();
}

TEST_CASE("a worker that never ends is ended at the limit") {
    const Results results = run({2, std::chrono::milliseconds(500)}, 2, [](std::size_t number) -> capture::Bytes {
        while (number == 0) { ::pause(); }
        return {1};
    });
    CHECK(results == Results{{0, {}}, {1, capture::Bytes{1}}});
    require_no_children();
}

TEST_CASE("a worker that hangs up and never ends is ended at the limit") {
    const Results results = run({2, std::chrono::milliseconds(500)}, 2, [](std::size_t number) -> capture::Bytes {
        if (number == 0) {
            ::close_range(3, ~0U, 0);
            for (;;) { ::pause(); }
        }
        return {1};
    });
    CHECK(results == Results{{0, {}}, {1, capture::Bytes{1}}});
    require_no_children();
}

TEST_CASE("a worker that takes all memory gets none of it") {
    const Results results = run({1, std::chrono::seconds(60)}, 1, [](std::size_t) -> capture::Bytes {
        std::vector<capture::Bytes> all;
        for (;;) { all.emplace_back().reserve(std::size_t{1} << 40U); }
    });
    CHECK(results == Results{{0, {}}});
}
