// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The built payload loaded into this very process, as a target would see it: what each hooked function records.
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <malloc.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "payload/wire/ring_reader.h"
#include "tests/support/region.h"

using namespace memray;
using tests::Region;
using wire::Allocator;
using wire::RecordKind;

namespace {

struct Event {
    RecordKind kind;
    Allocator allocator;
    std::uint64_t size;
    std::uint64_t address;
    bool operator==(const Event&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Event& event) {
    return out << "{kind " << int(event.kind) << " allocator " << int(event.allocator) << " size " << event.size
               << " address " << std::hex << event.address << std::dec << "}";
}

int call_payload(const char* function, void* region = nullptr, std::size_t size = 0) {
    static void* handle = ::dlopen(MEMRAY_PAYLOAD_FILE, RTLD_NOW | RTLD_LOCAL);
    REQUIRE(handle != nullptr);
    return reinterpret_cast<int (*)(void*, std::size_t)>(::dlsym(handle, function))(region, size);
}

int stop_payload(int force) {
    return call_payload("memray_payload_stop", reinterpret_cast<void*>(static_cast<std::intptr_t>(force)));
}

// Another mapping of the same memory's beginning: the payload maps the rest, and unmaps what it was given.
void* second_view(const Region& region) {
    void* view = ::mremap(region.data(), 0, wire::kRegionHeadSize, MREMAP_MAYMOVE);
    REQUIRE(view != MAP_FAILED);
    return view;
}

// Records while in scope. The test framework allocates too: only what happens between mark() and stop() counts.
class Recording {
public:
    explicit Recording(Region& region) : region_(region) {
        REQUIRE(call_payload("memray_payload_start", second_view(region), wire::kRegionHeadSize) == 0);
    }
    ~Recording() { stop(); }
    void stop() {
        if (!stopped_) { stop_payload(1); }
        stopped_ = true;
    }

    // Events of the first slot that concern one of `addresses`.
    std::vector<Event> events_of(const std::vector<std::uint64_t>& addresses) {
        stop();
        wire::RingReader reader(region_.slot(0), region_.shape().ring_words);
        std::vector<Event> events;
        while (reader.has_record()) {
            const std::uint64_t header = reader.word(0);
            const auto address = reader.record_length() == 3 ? reader.word(1) : 0;
            if (address != 0 && std::find(addresses.begin(), addresses.end(), address) != addresses.end()) {
                events.push_back({wire::kind_of(header), wire::allocator_of(header), wire::value_of(header), address});
            }
            reader.skip(reader.record_length());
        }
        REQUIRE_FALSE(reader.corrupt());
        return events;
    }

private:
    Region& region_;
    bool stopped_{false};
};

std::uint64_t number(const volatile void* address) { return reinterpret_cast<std::uint64_t>(address); }
Event allocated(Allocator allocator, std::uint64_t size, const void* address) {
    return {RecordKind::kAllocation, allocator, size, number(address)};
}
Event freed(const void* address, Allocator allocator = Allocator::kFree, std::uint64_t size = 0) {
    return {RecordKind::kDeallocation, allocator, size, number(address)};
}
// As records have it.
const void* traced(const void* mapping, std::uint32_t traits) {
    return reinterpret_cast<const void*>(wire::mapping_word(number(mapping), traits));
}
Event undone(const void* address) { return {RecordKind::kUndoDeallocation, Allocator::kNone, 0, number(address)}; }

// Keeps the compiler from leaving an allocation out or moving it.
template <typename Pointer>
Pointer opaque(Pointer pointer) {
    __asm__ volatile("" : "+r"(pointer) : : "memory");
    return pointer;
}

const tests::RegionShape kRoomy{8, 1U << 16U, 64};

}  // namespace

TEST_CASE("every libc allocator records its name, size and address") {
    Region region(kRoomy);
    Recording recording(region);
    void* blocks[8] = {opaque(std::malloc(101)),
                       opaque(std::calloc(3, 34)),
                       opaque(std::realloc(nullptr, 103)),
                       nullptr,
                       opaque(std::aligned_alloc(64, 192)),
                       opaque(::memalign(128, 105)),
                       opaque(::valloc(106)),
                       opaque(::pvalloc(107))};
    REQUIRE(::posix_memalign(&blocks[3], 64, 104) == 0);
    for (void* block : blocks) { std::free(opaque(block)); }
    recording.stop();
    std::vector<std::uint64_t> addresses;
    for (void* block : blocks) { addresses.push_back(number(block)); }
    const std::vector<Event> expected{allocated(Allocator::kMalloc, 101, blocks[0]),
                                      allocated(Allocator::kCalloc, 102, blocks[1]),
                                      allocated(Allocator::kRealloc, 103, blocks[2]),
                                      allocated(Allocator::kAlignedAlloc, 192, blocks[4]),
                                      allocated(Allocator::kMemalign, 105, blocks[5]),
                                      allocated(Allocator::kValloc, 106, blocks[6]),
                                      allocated(Allocator::kPvalloc, 107, blocks[7]),
                                      allocated(Allocator::kPosixMemalign, 104, blocks[3]),
                                      freed(blocks[0]),
                                      freed(blocks[1]),
                                      freed(blocks[2]),
                                      freed(blocks[3]),
                                      freed(blocks[4]),
                                      freed(blocks[5]),
                                      freed(blocks[6]),
                                      freed(blocks[7])};
    CHECK(recording.events_of(addresses) == expected);
}

TEST_CASE("realloc frees the old block and allocates the new one; a failed realloc takes the free back") {
    Region region(kRoomy);
    Recording recording(region);
    void* first = opaque(std::malloc(100));
    const std::uint64_t first_address = number(first);
    void* second = opaque(std::realloc(opaque(first), 300'000));
    const std::uint64_t second_address = number(second);
    const bool failed = opaque(::reallocarray(opaque(second), opaque(SIZE_MAX / 2), 4)) == nullptr;
    void* third = opaque(::reallocarray(opaque(second), 100, 5));
    const std::uint64_t third_address = number(third);
    const bool zero = opaque(std::realloc(opaque(third), 0)) == nullptr;
    recording.stop();
    CHECK(failed);
    CHECK(zero);
    const auto events = recording.events_of({first_address, second_address, third_address});
    const void* moved = reinterpret_cast<void*>(second_address);
    const void* old = reinterpret_cast<void*>(first_address);
    const void* last = reinterpret_cast<void*>(third_address);
    CHECK(events == std::vector<Event>{allocated(Allocator::kMalloc, 100, old), freed(old),
                                       allocated(Allocator::kRealloc, 300'000, moved), freed(moved), undone(moved),
                                       freed(moved), allocated(Allocator::kRealloc, 500, last), freed(last)});
}

TEST_CASE("mappings are recorded with their ranges, failures taken back") {
    Region region(kRoomy);
    Recording recording(region);
    void* one = ::mmap(nullptr, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    void* two = ::mremap(one, 8192, 1 << 20, MREMAP_MAYMOVE);
    const bool failed = ::munmap(static_cast<char*>(two) + 1, 4096) != 0;  // not page aligned
    REQUIRE(::munmap(two, 1 << 20) == 0);
    recording.stop();
    CHECK(failed);
    const void* odd = static_cast<char*>(two) + 1;
    std::vector<Event> expected{allocated(Allocator::kMmap, 8192, one),
                                freed(one, Allocator::kMunmap, 8192),
                                allocated(Allocator::kMmap, 1 << 20, traced(two, wire::kMovedTrait)),
                                freed(odd, Allocator::kMunmap, 4096),
                                undone(odd),
                                freed(two, Allocator::kMunmap, 1 << 20)};
    CHECK(recording.events_of({number(one), number(two), number(traced(two, wire::kMovedTrait)), number(odd)}) ==
          expected);
}

TEST_CASE("what was asked for is told with a mapping, and what mprotect makes of it") {
    constexpr std::size_t kSize = 8192;
    Region region(kRoomy);
    Recording recording(region);
    const int file = ::memfd_create("test", MFD_CLOEXEC);
    const int zero = ::open("/dev/zero", O_RDWR | O_CLOEXEC);
    const auto map = [](int protection, int flags, int fd = -1) {
        return ::mmap(nullptr, kSize, protection, flags, fd, 0);
    };
    constexpr int kPlain = MAP_PRIVATE | MAP_ANONYMOUS;
    const std::pair<const void*, std::uint32_t> mapped[]{
        {map(PROT_NONE, kPlain | MAP_NORESERVE), wire::kInaccessibleTrait | wire::kUnreservedTrait},
        {map(PROT_READ, kPlain | MAP_STACK), wire::kStackTrait},
        {map(PROT_READ, MAP_SHARED | MAP_ANONYMOUS), wire::kSharedTrait},
        {map(PROT_READ, MAP_PRIVATE, file), wire::kFileTrait},
        {map(PROT_READ, MAP_SHARED, file), wire::kSharedTrait | wire::kFileTrait},
        {map(PROT_READ, MAP_SHARED, zero), wire::kSharedTrait}};
    void* reserved = const_cast<void*>(mapped[0].first);
    REQUIRE(::mprotect(reserved, 4096, PROT_NONE) == 0);  // says nothing
    REQUIRE(::mprotect(reserved, 4096, PROT_READ | PROT_WRITE) == 0);
    REQUIRE(::mprotect(static_cast<char*>(reserved) + 1, 4096, PROT_READ) != 0);  // not page aligned
    recording.stop();
    struct stat status {};
    REQUIRE(::fstat(file, &status) == 0);
    std::vector<std::uint64_t> addresses{number(reserved), status.st_ino};
    std::vector<Event> expected;
    for (const auto& [address, traits] : mapped) {
        addresses.push_back(number(traced(address, traits)));
        if (traits == (wire::kSharedTrait | wire::kFileTrait)) {
            expected.push_back({RecordKind::kMappedFile, Allocator::kNone, status.st_dev, status.st_ino});
        }
        expected.push_back(allocated(Allocator::kMmap, kSize, traced(address, traits)));
    }
    expected.push_back({RecordKind::kAccessible, Allocator::kNone, 4096, number(reserved)});
    CHECK(recording.events_of(addresses) == expected);
    for (const auto& [address, traits] : mapped) { ::munmap(const_cast<void*>(address), kSize); }
    ::close(file);
    ::close(zero);
}

TEST_CASE("nothing is recorded after stop, and recording can start again") {
    for (int round = 0; round < 3; ++round) {
        Region region(kRoomy);
        Recording recording(region);
        void* seen = opaque(std::malloc(64));
        recording.stop();
        const std::uint64_t numbers = region.control().next_sequence.load();
        std::free(opaque(std::malloc(65)));
        CHECK(region.control().next_sequence.load() == numbers);
        CHECK(region.control().phase.load() == wire::Phase::kStopped);
        CHECK(recording.events_of({number(seen)}) == std::vector<Event>{allocated(Allocator::kMalloc, 64, seen)});
        std::free(seen);
    }
}

TEST_CASE("a second start is refused while the first controller lives, and takes over when it is dead") {
    Region first(kRoomy);
    Region second(kRoomy);
    Recording recording(first);
    CHECK(call_payload("memray_payload_start", second.data(), wire::kRegionHeadSize) == 4);
    CHECK(stop_payload(0) == 4);
    CHECK(first.control().phase.load() == wire::Phase::kRecording);
    first.control().controller_lock.store(FUTEX_OWNER_DIED);
    Recording next(second);
    const std::uint64_t numbers = first.control().next_sequence.load();
    void* seen = opaque(std::malloc(64));
    next.stop();
    CHECK(first.control().phase.load() == wire::Phase::kStopped);
    CHECK(first.control().next_sequence.load() == numbers);
    CHECK(next.events_of({number(seen)}) == std::vector<Event>{allocated(Allocator::kMalloc, 64, seen)});
    CHECK(stop_payload(0) == 5);
    std::free(seen);
}

TEST_CASE("threads inside hooks while recordings of different shapes follow each other do no harm") {
    std::atomic<bool> done{false};
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
        threads.emplace_back([&done] {
            while (!done) { std::free(opaque(std::malloc(48))); }
        });
    }
    std::vector<std::unique_ptr<Region>> regions;  // stay mapped, as in a target
    for (std::uint32_t round = 0; round < 60; ++round) {
        regions.push_back(std::make_unique<Region>(tests::RegionShape{8, round % 2 == 0 ? 256U : 1U << 14U, 64}));
        Region& region = *regions.back();
        Recording recording(region);
        std::this_thread::yield();
        recording.stop();
        for (std::uint32_t slot = 0; slot < 8; ++slot) {
            wire::RingReader reader(region.slot(slot), region.shape().ring_words);
            while (reader.has_record() && reader.record_length() != 0) { reader.skip(reader.record_length()); }
            CHECK_FALSE(reader.corrupt());
        }
    }
    done = true;
    for (std::thread& thread : threads) { thread.join(); }
}

// Records that are numbered in the ring of a thread, which has the slot of that index.
std::uint64_t events_in(const Region& region, std::uint32_t index) {
    wire::RingReader reader(region.slot(index), region.shape().ring_words);
    std::uint64_t events = 0;
    while (reader.has_record()) {
        events += wire::is_numbered(wire::kind_of(reader.word(0))) ? 1 : 0;
        reader.skip(reader.record_length());
    }
    CHECK_FALSE(reader.corrupt());
    return events;
}

TEST_CASE("a thread that sits out recordings writes to the one that there is, and to no other") {
    constexpr int kPairs = 10;
    std::atomic<int> asked{0};
    std::atomic<int> answered{0};
    std::thread thread([&] {
        for (int seen = 0; seen >= 0; seen = asked) {
            if (seen == answered) { continue; }
            for (int i = 0; i < kPairs; ++i) { std::free(opaque(std::malloc(48))); }
            answered = seen;
        }
    });
    std::vector<std::unique_ptr<Region>> regions;
    for (int round = 1; round <= 6; ++round) {
        regions.push_back(std::make_unique<Region>(tests::RegionShape{8, round % 2 == 0 ? 256U : 1U << 14U, 64}));
        const bool joins = round % 3 != 2;
        Recording recording(*regions.back());
        // The other one is in slot 0.
        std::free(opaque(std::malloc(1)));
        if (joins) { asked = round; }
        while (joins && answered != round) {}
        recording.stop();
        CHECK(regions.back()->control().slots_high_water.load() == (joins ? 2 : 1));
        CHECK(events_in(*regions.back(), 1) == (joins ? 2 * kPairs : 0));
    }
    asked = -1;
    thread.join();
    for (std::size_t i = 0; i < regions.size(); ++i) {
        CHECK(events_in(*regions[i], 1) == (i % 3 != 1 ? 2 * kPairs : 0));
    }
}

TEST_CASE("forked children are silent, however they were made") {
    Region region(kRoomy);
    Recording recording(region);
    const bool raw = GENERATE(false, true);
    const std::uint64_t before = region.control().next_sequence.load();
    const pid_t child = raw ? static_cast<pid_t>(::syscall(SYS_fork)) : ::fork();
    if (child == 0) {
        const std::uint64_t at_fork = region.control().next_sequence.load();
        for (int i = 0; i < 100; ++i) { std::free(opaque(std::malloc(100))); }
        ::_exit(region.control().next_sequence.load() - at_fork < 100 ? 0 : 1);
    }
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    const std::uint64_t after = region.control().next_sequence.load();
    recording.stop();
    CHECK(status == 0);
    CHECK(after - before < 100);  // what fork itself and the test framework did in this process
}

TEST_CASE("each thread has its own slot and the kernel's name for it") {
    Region region(kRoomy);
    Recording recording(region);
    std::free(opaque(std::malloc(1)));
    std::thread([] {
        ::prctl(PR_SET_NAME, "worker-7", 0, 0, 0);
        std::free(opaque(std::malloc(77)));
    }).join();
    recording.stop();
    REQUIRE(region.control().slots_high_water.load() == 2);
    CHECK(region.slot(0).thread == 1);
    CHECK(region.slot(1).thread == 2);
    CHECK(region.slot(1).tid != region.slot(0).tid);
    wire::RingReader reader(region.slot(1), kRoomy.ring_words);
    std::string name;
    std::string named;
    while (reader.has_record()) {
        const std::uint64_t header = reader.word(0);
        if (wire::kind_of(header) == RecordKind::kBytes) {
            for (std::size_t i = 0; i < wire::value_of(header); ++i) {
                name += static_cast<char>(reader.word(1 + i / 8) >> (8 * (i % 8)) & 0xff);
            }
        }
        if (wire::kind_of(header) == RecordKind::kThreadName) { named = name; }
        reader.skip(reader.record_length());
    }
    CHECK(named == "worker-7");
}

TEST_CASE("a full ring with a dead controller does not hold the target") {
    Region region({8, 256, 64});
    region.control().controller_lock.store(FUTEX_OWNER_DIED);
    Recording recording(region);
    for (int i = 0; i < 1000; ++i) { std::free(opaque(std::malloc(100))); }
    CHECK(region.control().phase.load() == wire::Phase::kAbandoned);
    CHECK(region.control().losses.abandoned.load() == 1);
}

// Steps over all records of a ring; returns how many are numbered.
std::uint64_t drain(wire::RingReader& reader) {
    std::uint64_t events = 0;
    while (reader.has_record()) {
        events += wire::is_numbered(wire::kind_of(reader.word(0))) ? 1 : 0;
        reader.skip(reader.record_length());
    }
    reader.release();
    return events;
}

std::atomic<int> handled{0};
// What a signal handler has forked: 0 in the child.
std::atomic<pid_t> forked_in_handler{-1};

TEST_CASE("a child that a signal handler forks while its thread waits for room leaves the ring to its parent") {
    forked_in_handler = -1;
    struct sigaction action {};
    action.sa_handler = [](int) { forked_in_handler = ::fork(); };
    struct sigaction before {};
    REQUIRE(::sigaction(SIGUSR1, &action, &before) == 0);
    Region region({8, 256, 64});
    Recording recording(region);
    std::atomic<bool> done{false};
    std::thread waiting([&done] {
        for (int i = 0; i < 1000; ++i) {
            std::free(opaque(std::malloc(100)));
            if (forked_in_handler == 0) { ::_exit(0); }
        }
        done = true;
    });
    const auto find_waiting = [&region]() -> std::uint32_t {
        for (std::uint32_t slot = 0;; slot = (slot + 1) % 8) {
            if (region.slot(slot).waiting.load() != 0) { return slot; }
        }
    };
    const std::uint32_t slot = find_waiting();
    REQUIRE(::pthread_kill(waiting.native_handle(), SIGUSR1) == 0);
    while (forked_in_handler == -1) { std::this_thread::yield(); }
    int status = -1;
    REQUIRE(::waitpid(forked_in_handler, &status, 0) == forked_in_handler);
    CHECK(status == 0);
    CHECK(region.control().phase.load() == wire::Phase::kRecording);
    wire::RingReader reader(region.slot(slot), 256);
    std::uint64_t events = 0;
    while (!done) {
        while (reader.has_record()) {
            events += wire::is_numbered(wire::kind_of(reader.word(0))) ? 1 : 0;
            reader.skip(reader.record_length());
        }
        reader.release();
    }
    waiting.join();
    recording.stop();
    ::sigaction(SIGUSR1, &before, nullptr);
    CHECK_FALSE(reader.corrupt());
    CHECK(events >= 1900);  // the rest may still be there
    CHECK(region.control().losses.abandoned.load() == 0);
}

TEST_CASE("a child that a signal handler forks in the middle of a record leaves the recording to its parent") {
    constexpr int kForks = 60;
    struct sigaction action {};
    action.sa_handler = [](int) { forked_in_handler = ::fork(); };
    struct sigaction before {};
    REQUIRE(::sigaction(SIGUSR1, &action, &before) == 0);
    Region region(kRoomy);
    std::array<wire::RingReader, 8> readers;
    for (std::uint32_t slot = 0; slot < 8; ++slot) { readers[slot] = {region.slot(slot), kRoomy.ring_words}; }
    std::uint64_t events = 0;
    const auto drain_all = [&] {
        for (wire::RingReader& reader : readers) { events += drain(reader); }
    };
    Recording recording(region);
    std::atomic<bool> done{false};
    std::thread writing([&done] {
        while (!done) {
            std::free(opaque(std::malloc(100)));
            if (forked_in_handler == 0) { ::_exit(0); }
        }
    });
    for (int i = 0; i < kForks; ++i) {
        forked_in_handler = -1;
        REQUIRE(::pthread_kill(writing.native_handle(), SIGUSR1) == 0);
        while (forked_in_handler == -1) { drain_all(); }
        int status = -1;
        while (::waitpid(forked_in_handler, &status, WNOHANG) == 0) { drain_all(); }
        CHECK(status == 0);
    }
    done = true;
    drain_all();
    writing.join();
    recording.stop();
    drain_all();
    ::sigaction(SIGUSR1, &before, nullptr);
    for (const wire::RingReader& reader : readers) { CHECK_FALSE(reader.corrupt()); }
    CHECK(events == region.control().next_sequence.load());
}

// Two wait for room, so one of them sleeps (payload/waiting.h). Each signal ends that sleep.
TEST_CASE("signals do not make a thread give the recorder up") {
    struct sigaction action {};
    action.sa_handler = [](int) { ++handled; };
    struct sigaction before {};
    REQUIRE(::sigaction(SIGUSR1, &action, &before) == 0);
    Region region({8, 256, 64});
    Recording recording(region);
    std::atomic<int> done{0};
    const auto fill = [&done] {
        for (int i = 0; i < 500; ++i) { std::free(opaque(std::malloc(100))); }
        ++done;
    };
    std::thread threads[] = {std::thread(fill), std::thread(fill)};
    const auto count_waiting = [&region] {
        std::uint32_t count = 0;
        for (std::uint32_t slot = 0; slot < 8; ++slot) { count += region.slot(slot).waiting.load(); }
        return count;
    };
    while (count_waiting() < 2) { std::this_thread::yield(); }
    for (int i = 0; i < 1000; ++i) {
        const int seen = handled;
        REQUIRE(::pthread_kill(threads[i % 2].native_handle(), SIGUSR1) == 0);
        while (handled == seen) { std::this_thread::yield(); }
    }
    CHECK(region.control().phase.load() == wire::Phase::kRecording);
    CHECK(count_waiting() == 2);
    region.control().controller_lock.store(FUTEX_OWNER_DIED);
    for (std::thread& thread : threads) { thread.join(); }
    recording.stop();
    ::sigaction(SIGUSR1, &before, nullptr);
}

TEST_CASE("threads beyond the pool go unrecorded and are counted") {
    Region region({1, 1U << 16U, 64});
    region.control().controller_lock.store(FUTEX_OWNER_DIED);  // nobody will free a slot: do not wait
    Recording recording(region);
    std::free(opaque(std::malloc(1)));
    std::thread([] {
        for (int i = 0; i < 50; ++i) { std::free(opaque(std::malloc(10))); }
    }).join();
    recording.stop();
    CHECK(region.control().losses.no_slot.load() >= 100);
    CHECK(region.control().slots_high_water.load() == 1);
}

TEST_CASE("a region that is not ours is refused") {
    Region region(kRoomy);
    const auto start = [&](std::size_t size) { return call_payload("memray_payload_start", region.data(), size); };
    CHECK(start(100) == 1);
    CHECK(start(wire::kRegionHeadSize - 1) == 1);
    region.control().version = 999;
    CHECK(start(wire::kRegionHeadSize) == 2);
    region.control().version = wire::kProtocolVersion;
    region.control().ring_words = 300;
    CHECK(start(wire::kRegionHeadSize) == 1);
    CHECK(call_payload("memray_payload_start", nullptr, 0) == 1);
}
