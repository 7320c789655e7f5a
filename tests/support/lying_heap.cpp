// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Reads the heap of a process of which some words are other ones than they are, and prints how much was found. Usage:
// lying_heap PID SEED SHARE: one word in SHARE is another one, taken from elsewhere in the same page, or random.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>

#include "cli/heap/heap_report.h"
#include "injector/base/error.h"
#include "injector/heap/source/snapshot.h"

namespace {

using namespace memray;

class LyingMemory final : public heap::Memory {
public:
    LyingMemory(const heap::Memory& truth, std::uint64_t seed, std::uint64_t share)
        : Memory(truth.ranges()), truth_(truth), seed_(seed), share_(share) {}

protected:
    // What a place says depends on the seed alone, whenever it is looked at.
    bool load(heap::RemoteAddr address, std::byte* destination, std::size_t size) const override {
        const std::byte* bytes = truth_.view(address, size);
        if (bytes == nullptr) { return false; }
        std::memcpy(destination, bytes, size);
        const heap::Range* range = range_at(address);
        if (!range->writable) { return true; }
        std::mt19937_64 random(seed_ ^ address.value());
        const std::size_t words = size / sizeof(std::uint64_t);
        for (std::size_t lie = 0; lie < words / share_; ++lie) {
            std::uint64_t word = random();
            if (random() % 4 != 0) { std::memcpy(&word, destination + random() % words * sizeof word, sizeof word); }
            if (random() % 4 == 0) { word = std::uint64_t{1} << random() % 64; }
            std::memcpy(destination + random() % words * sizeof word, &word, sizeof word);
        }
        return true;
    }

private:
    const heap::Memory& truth_;
    std::uint64_t seed_;
    std::uint64_t share_;
};

int look(pid_t pid, std::uint64_t seed, std::uint64_t share) {
    const heap::Snapshot snapshot = heap::open_best(pid);
    const LyingMemory memory(*snapshot.memory, seed, share);
    heap::Heap heap(memory, {});
    const heap_report::HeapReport report = heap_report::make_heap_report(heap, heap::Contents::kShow);
    static_cast<void>(heap_report::heap_json(report));
    static_cast<void>(heap_report::heap_text(report, 50, false));
    const auto explained = heap_report::explain(heap, heap::Contents::kShow, "", 50);
    std::printf("%llu %zu\n", static_cast<unsigned long long>(report.objects), explained.size());
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 4) { return 2; }
    try {
        return look(std::atoi(arguments[1]), std::strtoull(arguments[2], nullptr, 10),
                    std::strtoull(arguments[3], nullptr, 10));
    } catch (const base::Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
