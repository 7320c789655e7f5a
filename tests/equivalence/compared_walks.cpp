// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Preloaded into a program by walk_equivalence: at every allocation it walks the native stack twice from the same
// registers, once as the payload does, by tables that walk_equivalence made, and once as libunwind does, and compares
// the two frame by frame. At the end a line goes to the file that WALK_EQUIVALENCE names:
//
//   stacks=N frames=N mismatches=N cut=N
//
// and before it the first mismatches. `cut` counts stacks that both follow to the same frame, where ours cannot go on.
#define UNW_LOCAL_ONLY
#include <dlfcn.h>
#include <libunwind.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "payload/stack/native_walk.h"
#include "payload/wire/record.h"

using namespace memray;

extern "C" {
void* __libc_malloc(std::size_t size);                     // NOLINT(bugprone-reserved-identifier)
void* __libc_calloc(std::size_t count, std::size_t size);  // NOLINT(bugprone-reserved-identifier)
void* __libc_realloc(void* address, std::size_t size);     // NOLINT(bugprone-reserved-identifier)
}

namespace {

constexpr std::uint32_t kMostFrames = 8192;
constexpr std::uint64_t kReported = 20;
constexpr timespec kPatience{10, 0};

struct Counts {
    std::atomic<std::uint64_t> stacks{0};
    std::atomic<std::uint64_t> frames{0};
    std::atomic<std::uint64_t> mismatches{0};
    std::atomic<std::uint64_t> cut{0};
};

constinit Counts counts;
constinit wire::ModuleDirectory* directory = nullptr;
constinit payload::TableViews tables{};
constinit std::FILE* result = nullptr;
constinit pid_t process = 0;  // not that of forked children, whose memory nobody describes
constinit std::atomic<bool> comparing{false};

thread_local bool busy = false;
thread_local payload::NativeBuffers buffers;
thread_local std::array<std::uint64_t, kMostFrames> ours;
thread_local std::array<std::uint64_t, kMostFrames> theirs;

// Innermost first, beginning with the caller of the function that took the context.
std::uint32_t walk_by_libunwind(unw_context_t& context) {
    unw_cursor_t cursor;
    unw_init_local(&cursor, &context);
    std::uint32_t depth = 0;
    while (depth < kMostFrames && unw_step(&cursor) > 0) {
        unw_word_t address = 0;
        unw_get_reg(&cursor, UNW_REG_IP, &address);
        if (address == 0) { break; }
        theirs[depth++] = address;
    }
    return depth;
}

void ask_for_modules() {
    const std::uint32_t wanted = directory->wanted.fetch_add(1) + 1;
    ::syscall(SYS_futex, &directory->wanted, FUTEX_WAKE, 1, nullptr, nullptr, 0);
    for (;;) {
        const std::uint32_t answered = directory->answered.load(std::memory_order_acquire);
        if (wire::is_answered(wanted, answered)) { return; }
        ::syscall(SYS_futex, &directory->answered, FUTEX_WAIT, answered, &kPatience, nullptr, 0);
    }
}

// With what the thread's last walk has left there.
payload::NativeRoom& own_room() {
    thread_local payload::NativeRoom room{};
    if (room.memory == nullptr) {
        void* memory = ::mmap(nullptr, payload::NativeRoom::bytes_for(kMostFrames), PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) { std::abort(); }
        room.memory = static_cast<unsigned char*>(memory);
        room.capacity = kMostFrames;
    }
    return room;
}

payload::WalkResult walk_as_payload(const payload::WalkStart& start) {
    const payload::Modules modules{*directory, tables};
    const payload::WalkResult walk = payload::walk_native_stack(modules, start, buffers, own_room());
    if (!walk.met_unknown) { return walk; }
    ask_for_modules();
    return payload::walk_native_stack(modules, start, buffers, own_room());
}

void report(std::uint32_t own_depth, std::uint32_t depth) {
    std::fprintf(result, "mismatch: %u frames, libunwind has %u\n", own_depth, depth);
    for (std::uint32_t i = 0; i < std::max(own_depth, depth); ++i) {
        const std::uint64_t own = i < own_depth ? wire::native_place(ours[i]) : 0;
        Dl_info info{};
        ::dladdr(reinterpret_cast<void*>(own), &info);
        std::fprintf(result, "  %#14lx %#14lx %s+%#lx %s\n", own, i < depth ? theirs[i] : 0,
                     info.dli_fname == nullptr ? "?" : info.dli_fname,
                     own - reinterpret_cast<std::uint64_t>(info.dli_fbase),
                     info.dli_sname == nullptr ? "?" : info.dli_sname);
    }
}

[[gnu::noinline]] void compare() {
    if (busy || !comparing.load(std::memory_order_acquire) || ::getpid() != process) { return; }
    busy = true;
    unw_context_t context;
    unw_getcontext(&context);
    const auto& registers = context.uc_mcontext.gregs;
    const payload::WalkStart start{static_cast<std::uint64_t>(registers[REG_RIP]),
                                   static_cast<std::uint64_t>(registers[REG_RSP]),
                                   static_cast<std::uint64_t>(registers[REG_RBP])};
    const std::uint32_t depth = walk_by_libunwind(context);
    const payload::WalkResult walk = walk_as_payload(start);
    // Ours has this function, too.
    const payload::NativeRoom& room = own_room();
    const std::uint32_t own_depth = room.walked - 1;
    for (std::uint32_t i = 0; i < own_depth; ++i) { ours[i] = room.frames()[own_depth - 1 - i].word; }
    bool same = own_depth == depth;
    for (std::uint32_t i = 0; i < std::min(own_depth, depth); ++i) {
        same = same && (ours[i] & wire::kMaxNativeAddress) == theirs[i];
    }
    counts.stacks.fetch_add(1, std::memory_order_relaxed);
    counts.frames.fetch_add(depth, std::memory_order_relaxed);
    if (!walk.whole) { counts.cut.fetch_add(1, std::memory_order_relaxed); }
    if (!same && counts.mismatches.fetch_add(1) < kReported) { report(own_depth, depth); }
    busy = false;
}

[[gnu::constructor]] void start() {
    const char* path = std::getenv("WALK_EQUIVALENCE");
    const char* region = std::getenv("WALK_EQUIVALENCE_REGION");
    if (path == nullptr || region == nullptr) { return; }
    result = std::fopen(path, "w");
    struct stat status {};
    const int file = std::atoi(region);
    if (result == nullptr || ::fstat(file, &status) != 0) { std::abort(); }
    const auto size = static_cast<std::size_t>(status.st_size);
    auto* control = static_cast<wire::ControlPage*>(::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
    if (control == MAP_FAILED) { std::abort(); }
    unsigned char* begin = reinterpret_cast<unsigned char*>(control) + control->directory_offset;
    directory = reinterpret_cast<wire::ModuleDirectory*>(begin);
    tables.open_whole(begin + wire::kTablesOffset, control->directory_size - wire::kTablesOffset);
    process = ::getpid();
    ask_for_modules();
    comparing.store(true, std::memory_order_release);
}

[[gnu::destructor]] void finish() {
    if (!comparing.exchange(false) || ::getpid() != process) { return; }
    std::fprintf(result, "stacks=%lu frames=%lu mismatches=%lu cut=%lu\n", counts.stacks.load(), counts.frames.load(),
                 counts.mismatches.load(), counts.cut.load());
    std::fclose(result);
}

}  // namespace

extern "C" {

[[gnu::visibility("default")]] std::uint64_t compared_stacks() { return counts.stacks.load(); }

[[gnu::visibility("default")]] void* malloc(std::size_t size) {
    compare();
    return __libc_malloc(size);
}
[[gnu::visibility("default")]] void* calloc(std::size_t count, std::size_t size) {
    compare();
    return __libc_calloc(count, size);
}
[[gnu::visibility("default")]] void* realloc(void* address, std::size_t size) {
    compare();
    return __libc_realloc(address, size);
}
}
