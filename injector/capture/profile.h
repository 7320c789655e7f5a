// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The Profile: what a capture says, as plain tables. Every report, export and view is computed from it. It holds no
// addresses, and its size depends on the number of distinct stacks, not on the number of events.
//
// Indices refer to the vectors of the same Profile; the reader has checked every one of them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "injector/capture/allocator.h"

namespace memray::capture {

inline constexpr std::uint32_t kRootStack = 0;       // the empty stack
inline constexpr std::uint32_t kNever = 0xffffffff;  // Interval::freed of allocations that were not freed

enum class EndKind : std::uint8_t {
    kUnknown = 0,   // the capture has no end: the controller was killed or is still running
    kExited = 1,    // code: exit status
    kSignaled = 2,  // code: signal number
    kReplaced = 3,  // exec of another program
    kDetached = 4,
};
struct Ending {
    EndKind kind{EndKind::kUnknown};
    std::int32_t code{0};
};

struct Losses {
    std::uint64_t events{0};             // not recorded: no slot, signal handlers, controller given up
    std::uint64_t bad_stacks{0};         // stacks cut short
    std::uint64_t unpatched{0};          // hooks that could not be installed
    std::uint64_t missing_sequences{0};  // events in flight when the target died, or skipped
    std::uint64_t unknown_frees{0};      // frees of memory that was not allocated while recording
    std::uint64_t reused_addresses{0};   // allocations over a live address: its free was not seen
};

struct Metadata {
    std::string command_line;
    std::string python_version;  // "3.11.2", empty if unknown
    std::string python_executable;
    std::string python_allocator;  // "pymalloc", "pymalloc debug", "malloc", "malloc debug", "mimalloc", "mimalloc
                                   // debug", "unknown"
    std::vector<std::string> search_paths;  // of modules, when known
    std::int64_t pid{0};
    std::uint64_t main_thread{0};  // as Thread::id
    std::int64_t start_ms{0};      // since the epoch
    std::int64_t end_ms{0};        // of the newest data
    bool trace_python_allocators{false};
    bool native_traces{false};
    bool aggregated{false};  // without event log
    Ending ending;
    Losses losses;
    std::string incomplete;  // why data is missing ("the recorder was killed"), empty if complete
};

struct Function {
    std::uint32_t name{0};  // strings
    std::uint32_t file{0};  // strings
    std::uint32_t first_line{0};
};
struct Frame {
    std::uint32_t function{0};
    std::uint32_t line{0};  // 0: not known
};
// A call stack is a path to the root: stacks[i] is called from stacks[parent]; parent < i. stacks[0] is the root.
struct Stack {
    std::uint32_t parent{0};
    std::uint32_t frame{0};
};
struct Thread {
    std::uint64_t id{0};   // number in order of first allocation, from 1
    std::uint64_t tid{0};  // kernel thread id
    std::string name;      // may be empty
};

struct Amount {
    std::uint64_t count{0};
    std::uint64_t bytes{0};
};
// One place that allocates: what it held and did.
struct Site {
    std::uint32_t stack{kRootStack};
    std::uint32_t native_stack{0};
    std::uint32_t thread{0};  // index of threads
    Allocator allocator{Allocator::kNone};
    Amount peak;    // live when the whole heap was largest
    Amount leaked;  // live at the end
    Amount total;   // ever allocated
};
// Allocations of a site that were freed by their own thread after at most `distance` further allocations of that
// thread (and more than the previous entry's of the same site). See lifetime.h for the distances there are.
struct Lifetime {
    std::uint32_t site{0};
    std::uint32_t distance{0};
    Amount amount;
};
// Allocations of a site made in time bucket `allocated` and freed in bucket `freed` (> allocated, or kNever).
struct Interval {
    std::uint32_t site{0};
    std::uint32_t allocated{0};
    std::uint32_t freed{kNever};
    Amount amount;
};
// Time bucket i spans [start, next bucket's start or the end); its heap was at most `peak_bytes`.
struct TimeBucket {
    std::int64_t start_ms{0};  // since the epoch
    std::uint64_t peak_bytes{0};
};
struct Snapshot {
    std::int64_t time_ms{0};  // since the epoch
    std::uint64_t rss{0};
    std::uint64_t heap{0};
};
struct SizeCount {
    std::uint64_t size{0};
    std::uint64_t count{0};
};

struct Profile {
    Metadata metadata;
    std::vector<std::string> strings;
    std::vector<Function> functions;
    std::vector<Frame> frames;
    std::vector<Stack> stacks{Stack{}};
    std::vector<Thread> threads;
    std::vector<Site> sites;
    std::vector<Lifetime> lifetimes;  // by site, then distance
    std::vector<Interval> intervals;  // by site
    std::vector<TimeBucket> time_buckets;
    std::vector<Snapshot> snapshots;                   // by time
    std::vector<SizeCount> sizes;                      // every size asked for, ascending
    std::array<Amount, kAllocatorCount> allocators{};  // allocations and bytes per allocator; for frees only counts
    Amount peak;
    std::int64_t peak_ms{0};
    Amount total;
    Amount leaked;
};

}  // namespace memray::capture
