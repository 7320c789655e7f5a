// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/event_pipeline.h"

#include <catch2/catch.hpp>
#include <random>
#include <tuple>
#include <vector>

namespace memray::collector {
namespace {

using capture::Allocator;

// The same events, counted at once and through the pipeline.
struct Both {
    Aggregator direct{0, nullptr};
    Aggregator delayed{0, nullptr};
    EventPipeline pipeline{delayed};
    std::vector<ThreadState> direct_threads{3};
    std::vector<ThreadState> delayed_threads{3};

    Both() {
        for (std::uint32_t i = 0; i < 3; ++i) { direct_threads[i].thread = delayed_threads[i].thread = i; }
    }
    void allocate(std::uint32_t thread, std::uint32_t node, Allocator allocator, std::uint64_t address,
                  std::uint64_t size) {
        direct_threads[thread].python.node = delayed_threads[thread].python.node = node;
        direct.allocation(direct_threads[thread], allocator, address, size);
        pipeline.allocation(delayed_threads[thread], allocator, address, size);
    }
    void free(std::uint32_t thread, Allocator allocator, std::uint64_t address, std::uint64_t size) {
        direct.deallocation(direct_threads[thread], allocator, address, size);
        pipeline.deallocation(delayed_threads[thread], allocator, address, size);
    }
    void undo(std::uint32_t thread) {
        pipeline.settle();
        direct.undo_deallocation(direct_threads[thread]);
        delayed.undo_deallocation(delayed_threads[thread]);
    }
    void advance(std::int64_t ms) {
        pipeline.settle();
        direct.advance(ms);
        delayed.advance(ms);
    }
};

capture::Profile filled(const Aggregator& aggregator) {
    capture::Profile profile;
    aggregator.fill(profile);
    return profile;
}

void check_amounts(const capture::Profile& one, const capture::Profile& other) {
    REQUIRE(one.sites.size() == other.sites.size());
    for (std::size_t i = 0; i < one.sites.size(); ++i) {
        const auto amounts = [](const capture::Site& site) {
            return std::tuple(site.stack, site.thread, site.allocator, site.peak.count, site.peak.bytes,
                              site.leaked.count, site.leaked.bytes, site.total.count, site.total.bytes);
        };
        CHECK(amounts(one.sites[i]) == amounts(other.sites[i]));
    }
}

template <class Row, class Fields>
void check_rows(const std::vector<Row>& one, const std::vector<Row>& other, Fields fields) {
    REQUIRE(one.size() == other.size());
    std::size_t different = 0;
    for (std::size_t i = 0; i < one.size(); ++i) { different += fields(one[i]) == fields(other[i]) ? 0 : 1; }
    CHECK(different == 0);
}

}  // namespace

TEST_CASE("what is counted later is the same in every table") {
    const std::uint32_t seed = GENERATE(1U, 2U, 3U, 4U);
    std::mt19937 random(seed);
    Both both;
    const auto below = [&random](std::uint32_t limit) { return static_cast<std::uint32_t>(random() % limit); };
    for (int i = 0; i < 200'000; ++i) {
        const std::uint32_t thread = below(3);
        // Few addresses, so that many are allocated while they live, freed twice, or freed at once.
        const std::uint64_t address = 16 * (1 + std::uint64_t{below(seed % 2 == 0 ? 40 : 5'000)});
        const std::uint32_t choice = below(1'000);
        if (choice < 480) {
            both.allocate(thread, below(20), Allocator::kMalloc, address, below(choice < 5 ? 1'000'000 : 600));
        } else if (choice < 970) {
            both.free(thread, Allocator::kFree, address, 0);
        } else if (choice < 980) {
            both.undo(thread);
        } else if (choice < 988) {
            both.allocate(thread, below(20), Allocator::kMmap, address * 4096, std::uint64_t{4096} * (1 + below(5)));
        } else if (choice < 996) {
            both.free(thread, Allocator::kMunmap, address * 4096, std::uint64_t{4096} * (1 + below(5)));
        } else {
            both.advance(i / 10);
        }
    }
    both.pipeline.settle();
    CHECK(both.direct.events() == both.delayed.events());
    const capture::Profile direct = filled(both.direct);
    const capture::Profile delayed = filled(both.delayed);
    check_amounts(direct, delayed);
    check_rows(direct.lifetimes, delayed.lifetimes,
               [](const auto& row) { return std::tuple(row.site, row.distance, row.amount.count, row.amount.bytes); });
    check_rows(direct.intervals, delayed.intervals, [](const auto& row) {
        return std::tuple(row.site, row.allocated, row.freed, row.amount.count, row.amount.bytes);
    });
    CHECK(direct.peak.bytes == delayed.peak.bytes);
    CHECK(direct.peak_ms == delayed.peak_ms);
    CHECK(direct.metadata.losses.unknown_frees == delayed.metadata.losses.unknown_frees);
    CHECK(direct.metadata.losses.reused_addresses == delayed.metadata.losses.reused_addresses);
    CHECK(direct.metadata.losses.unknown_frees > 0);
    CHECK(direct.metadata.losses.reused_addresses > 0);
}

TEST_CASE("an event is counted when as many as the pipeline is deep have come after it") {
    Aggregator aggregator{0, nullptr};
    EventPipeline pipeline{aggregator};
    ThreadState thread;
    for (std::uint64_t i = 1; i <= 32; ++i) { pipeline.allocation(thread, Allocator::kMalloc, 16 * i, 8); }
    CHECK(aggregator.events() == 0);
    pipeline.allocation(thread, Allocator::kMalloc, 16 * 33, 8);
    CHECK(aggregator.events() == 1);
    pipeline.settle();
    CHECK(aggregator.events() == 33);
}

}  // namespace memray::collector
