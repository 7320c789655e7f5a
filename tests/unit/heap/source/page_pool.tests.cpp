// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/source/page_pool.h"

#include <catch2/catch.hpp>
#include <cstring>

using namespace memray::heap;

namespace {

constexpr std::uint64_t kPage = 4096;

}  // namespace

TEST_CASE("pages follow each other, and are zero") {
    PagePool pool(3 * kPage);
    std::byte* const first = pool.take(kPage);
    std::byte* const second = pool.take(2 * kPage);
    CHECK(second == first + kPage);
    CHECK(second[2 * kPage - 1] == std::byte{});
}

TEST_CASE("there are more pages than were made ready") {
    PagePool none(0);
    PagePool few(kPage);
    for (PagePool* pool : {&none, &few}) {
        std::byte* const pages = pool->take(100 * kPage);
        std::memset(pages, 1, 100 * kPage);
        std::byte* const more = pool->take(kPage);
        CHECK(more == pages + 100 * kPage);
        CHECK(*more == std::byte{});
    }
}

TEST_CASE("pages that were given back are zero") {
    PagePool pool(2 * kPage);
    std::byte* const pages = pool.take(2 * kPage);
    std::memset(pages, 1, 2 * kPage);
    PagePool::release(pages, kPage);
    CHECK(pages[0] == std::byte{});
    CHECK(pages[kPage] == std::byte{1});
}
