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
#include <optional>
#include <string>
#include <vector>

#include "injector/capture/allocator.h"
#include "injector/capture/symbols.h"

namespace memray::capture {

inline constexpr std::uint32_t kRootStack = 0;       // the empty stack
inline constexpr std::uint32_t kNever = 0xffffffff;  // Interval::freed of allocations that were not freed
inline constexpr std::uint32_t kNoModule = 0xffffffff;

enum class EndKind : std::uint8_t {
    kUnknown = 0,   // the capture has no end: the controller was killed or is still running
    kExited = 1,    // code: exit status
    kSignaled = 2,  // code: signal number
    kReplaced = 3,  // exec of another program
    kDetached = 4,
    kRunning = 5,  // not at all: a snapshot of the running process, taken at Metadata::end_ms
};
struct Ending {
    EndKind kind{EndKind::kUnknown};
    std::int32_t code{0};
    // If the kernel's OOM killer did it: bytes that the cgroup held at most, at least 1; else 0.
    std::uint64_t out_of_memory{0};
};

// What the program had done when its recording began.
enum class Beginning : std::uint8_t {
    kStart = 0,     // nothing: the recording is of all of it. Also where it is not known
    kAttached = 1,  // it ran already
    kForked = 2,    // it was forked, and has what its parent had
};

struct Losses {
    std::uint64_t events{0};             // not recorded: no slot, signal handlers, controller given up
    std::uint64_t bad_stacks{0};         // stacks cut short
    std::uint64_t unpatched{0};          // hooks that could not be installed
    std::uint64_t missing_sequences{0};  // events in flight when the target died, or skipped
    std::uint64_t unknown_frees{0};      // frees of memory that was not allocated while recording
    std::uint64_t reused_addresses{0};   // allocations over a live address: its free was not seen
    std::uint64_t cut_native_stacks{0};  // allocations whose native stack could not be followed to its root
};

struct Metadata {
    std::string command_line;
    std::string python_version;  // "3.11.2", empty if unknown
    std::string python_executable;
    std::string python_allocator;  // "pymalloc", "pymalloc debug", "malloc", "malloc debug", "mimalloc", "mimalloc
                                   // debug", "unknown"
    std::vector<std::string> search_paths;  // of modules, when known
    std::uint64_t run{0};  // random; the same in all captures that one command made; 0: not known, or of several
    std::int64_t pid{0};   // 0: of several, merged
    std::uint64_t main_thread{0};  // as Thread::id
    std::int64_t start_ms{0};      // since the epoch
    std::int64_t end_ms{0};        // of the newest data
    bool trace_python_allocators{false};
    // As Python's allocator takes no memory from malloc, its larger requests were recorded, and only those.
    bool large_requests{false};
    // Call sites that led to functions of another library, which had put hooks there or has its own allocator.
    std::uint64_t chained{0};
    bool native_traces{false};
    bool aggregated{false};  // without event log
    Beginning beginning{Beginning::kStart};
    std::int64_t process_start_ms{0};  // when the kernel made the process, since the epoch; 0: not known
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
    bool entry{false};  // native code called it: an evaluation function of its own runs it (see NativeStack)
};
struct Thread {
    std::uint64_t id{0};   // number in order of first allocation, from 1
    std::uint64_t tid{0};  // kernel thread id
    std::string name;      // may be empty

    friend bool operator==(const Thread&, const Thread&) = default;
};

// A file of machine code that native frames are in. One record for each content that was loaded: a library that was
// replaced and loaded again while recording has two.
enum class ModuleKind : std::uint8_t {
    kFile = 0,
    kDeleted = 1,  // the file was gone or replaced when the recorder first saw the module; `path` is what it was
    kVdso = 2,     // the kernel's; `path` is "[vdso]"
};
struct Module {
    std::string path;      // as the target sees it, in its mount namespace
    std::string build_id;  // lower-case hexadecimal digits, empty if it has none
    ModuleKind kind{ModuleKind::kFile};
    // Of the file, 0 if not known: tells another file from this one where there is no build-id.
    std::uint64_t file_size{0};
    std::int64_t modified_ns{0};  // since the epoch

    friend bool operator==(const Module&, const Module&) = default;
};
// What the recorder kept of a module whose file was gone at the end: an ELF file with its symbols and little else (see
// elf/symbols_only.h). The target's own bytes.
struct KeptSymbols {
    std::uint32_t module{0};  // modules
    std::string file;
};
// A place in machine code. With a module, `address` is what the module's own headers and symbols call it (address in
// memory minus load bias); without one (code made at run time) it is the address in memory.
struct NativeFrame {
    std::uint32_t module{kNoModule};
    std::uint64_t address{0};
    // A signal arrived just before `address`. Otherwise it is a return address, and the call ends just before it.
    bool interrupted{false};

    // An address inside the instruction that was running: what to look up.
    [[nodiscard]] std::uint64_t lookup() const noexcept { return interrupted || address == 0 ? address : address - 1; }
};
// Like Stack. The leaf is the caller of the allocator; frames of the payload are never in it. Where it meets a function
// that evaluates Python code, the Python frames of that evaluation belong in its place: from the innermost that has
// not been placed yet up to and including the next one that is an `entry`.
struct NativeStack {
    std::uint32_t parent{0};
    std::uint32_t frame{0};  // native_frames
};

struct Amount {
    std::uint64_t count{0};
    std::uint64_t bytes{0};

    Amount& operator+=(const Amount& other) noexcept {
        count += other.count;
        bytes += other.bytes;
        return *this;
    }
};
// One place that allocates: what it held and did.
struct Site {
    std::uint32_t stack{kRootStack};
    std::uint32_t native_stack{kRootStack};
    std::uint32_t thread{0};  // index of threads
    Allocator allocator{Allocator::kNone};
    Amount peak;            // live when the whole heap was largest
    Amount leaked;          // live at the end
    Amount total;           // ever allocated
    Amount all_peak;        // live when the heap and all else that was mapped were largest together
    std::uint32_t file{0};  // shared_files, + 1, of shared memory that is known; else 0
};
// Shared memory, as other processes know it, too.
struct SharedFile {
    std::uint64_t boot{0};    // a hash of the boot id (random(4)): numbers of another boot or machine mean others
    std::uint64_t device{0};  // as stat(2) has it
    std::uint64_t inode{0};

    friend bool operator==(const SharedFile&, const SharedFile&) = default;
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
// What a process held at a moment, as the kernel counts it (proc(5), /proc/PID/status: RssAnon, RssFile, RssShmem), and
// its memory cgroup (memory.stat; 0 where it does not say, or there is none). Bytes.
enum class Moment : std::uint8_t {
    kStart = 0,     // of the recording
    kHeapPeak = 1,  // the last look while the heap held 99 % of its peak, or 10 ms later at most
    kOwnPeak = 2,   // when most was resident of all looks
    kEnd = 3,       // the last look
};
struct CgroupMemory {
    std::uint64_t anonymous{0};
    std::uint64_t file{0};
    std::uint64_t slab{0};
    std::uint64_t kernel{0};

    friend bool operator==(const CgroupMemory&, const CgroupMemory&) = default;
};
struct Residence {
    std::uint32_t process{0};  // processes, of a merged capture; else 0
    Moment moment{Moment::kStart};
    std::int64_t time_ms{0};  // since the epoch
    std::uint64_t anonymous{0};
    std::uint64_t file{0};
    std::uint64_t shared{0};
    CgroupMemory cgroup;

    [[nodiscard]] std::uint64_t rss() const noexcept { return anonymous + file + shared; }
    friend bool operator==(const Residence&, const Residence&) = default;
};
struct SizeCount {
    std::uint64_t size{0};
    std::uint64_t count{0};
};
// What a report leaves out of its sums and shows beside them (cli/report/mappings.h). In no capture.
struct Beside {
    Allocator allocator{Allocator::kNone};
    Amount peak;
    Amount leaked;
};
// One of those whose captures were merged, and what it held at a time.
struct Process {
    std::int64_t pid{0};
    std::string command_line;
    Beginning beginning{Beginning::kStart};
    std::int64_t start_ms{0};        // as Metadata::process_start_ms
    std::uint64_t unknown_frees{0};  // as in Losses
};
struct ProcessSnapshot {
    std::uint32_t process{0};  // processes
    Snapshot snapshot;
};

// Of a profile that is about a part of its recording: [from_ms, to_ms) (read_period(), report::reduce_to_buckets()).
// Its amounts are those of that time. Site::peak, Profile::peak: what was live when the heap was largest in it,
// whenever that was allocated. Site::leaked: allocated in it and not freed at the end of the recording. All else,
// totals, sizes, lifetimes, allocators: of what happened in it. Tables by time remain those of the whole recording.
struct Period {
    std::int64_t from_ms{0};  // since the epoch
    std::int64_t to_ms{0};
    // By the event log. Otherwise by time buckets: times are such at which one begins, totals, lifetimes, sizes and
    // allocators are not known (those of sites are 0, the others still of the whole recording), and the peak is the
    // fullest of the moments at which a bucket begins.
    bool exact{false};
    Amount at_start;  // all that was live then
    Amount at_end;
    std::uint64_t most_bytes{0};  // the heap in it
    std::vector<Amount> kept;     // of each site: allocated in it and live at its end
};

struct Profile {
    Metadata metadata;
    std::vector<std::string> strings;
    std::vector<Function> functions;
    std::vector<Frame> frames;
    std::vector<Stack> stacks{Stack{}};
    std::vector<Thread> threads;
    std::vector<Module> modules;
    std::vector<NativeFrame> native_frames;
    std::vector<NativeStack> native_stacks{NativeStack{}};
    std::vector<KeptSymbols> kept_symbols;
    Symbols symbols;  // of native_frames
    std::vector<SharedFile> shared_files;
    std::vector<Site> sites;
    std::vector<Lifetime> lifetimes;  // by site, then distance
    std::vector<Interval> intervals;  // by site
    std::vector<TimeBucket> time_buckets;
    std::vector<Snapshot> snapshots;                   // by time
    std::vector<Residence> residences;                 // by process, then moment
    std::vector<SizeCount> sizes;                      // every size of memory asked for, ascending
    std::vector<Process> processes;                    // of a merged capture
    std::vector<ProcessSnapshot> process_snapshots;    // by process, then time
    std::array<Amount, kAllocatorCount> allocators{};  // allocations and bytes per allocator; for frees only counts
    // Of memory (is_memory() of its allocator): what else was mapped is in the sites only.
    Amount peak;
    std::int64_t peak_ms{0};
    Amount total;
    Amount leaked;
    std::optional<Period> period;  // never in a file
    // Of all that was mapped or allocated.
    Amount all_peak;
    std::int64_t all_peak_ms{0};
    std::vector<Beside> beside;
    bool counts_mappings{false};  // the sums are of that; in no capture
};

}  // namespace memray::capture
