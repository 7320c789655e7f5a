// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A Python interpreter that walks its native stack at every allocation of a program, once as the payload does, by
// tables that the collector made of this process, and once as libunwind does from the same registers, and compares the
// two frame by frame. At the end a line goes to the file that WALK_EQUIVALENCE names:
//
//   stacks=N frames=N mismatches=N cut=N
//
// and before it the first mismatches. `cut` counts stacks that both follow to the same frame, where ours cannot go on.
#define UNW_LOCAL_ONLY
#include <Python.h>
#include <dlfcn.h>
#include <libunwind.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <optional>

#include "injector/collector/native_modules.h"
#include "payload/stack/native_walk.h"
#include "payload/wire/record.h"
#include "tests/support/native_region.h"

using namespace memray;

extern "C" {
void* __libc_malloc(std::size_t size);                     // NOLINT(bugprone-reserved-identifier)
void* __libc_calloc(std::size_t count, std::size_t size);  // NOLINT(bugprone-reserved-identifier)
void* __libc_realloc(void* address, std::size_t size);     // NOLINT(bugprone-reserved-identifier)
}

namespace {

constexpr std::uint32_t kMostFrames = 8192;
constexpr std::uint64_t kReported = 20;

struct Counts {
    std::atomic<std::uint64_t> stacks{0};
    std::atomic<std::uint64_t> frames{0};
    std::atomic<std::uint64_t> mismatches{0};
    std::atomic<std::uint64_t> cut{0};
};

struct Comparison {
    tests::NativeRegion memory;
    collector::Region region{memory.map()};
    collector::NativeModules modules{region, ::getpid()};
    std::mutex mutex;  // of the modules
    Counts counts;
    std::FILE* report{nullptr};
};

std::atomic<Comparison*> comparison{nullptr};
thread_local bool busy = false;
thread_local wire::NativeBuffers buffers;
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

payload::WalkResult walk_as_payload(Comparison& all, const payload::WalkStart& start) {
    const payload::Modules modules{all.region.directory(), all.region.directory_size()};
    payload::WalkResult result = payload::walk_native_stack(modules, start, buffers, ours.data(), kMostFrames);
    if (!result.met_unknown) { return result; }
    const std::lock_guard lock(all.mutex);
    all.region.directory()->wanted.fetch_add(1);
    all.modules.update();
    return payload::walk_native_stack(modules, start, buffers, ours.data(), kMostFrames);
}

void report(Comparison& all, std::uint32_t own_depth, std::uint32_t depth) {
    std::fprintf(all.report, "mismatch: %u frames, libunwind has %u\n", own_depth, depth);
    for (std::uint32_t i = 0; i < std::max(own_depth, depth); ++i) {
        const std::uint64_t own = i < own_depth ? wire::native_place(ours[i]) : 0;
        Dl_info info{};
        ::dladdr(reinterpret_cast<void*>(own), &info);
        std::fprintf(all.report, "  %#14lx %#14lx %s %s\n", own, i < depth ? theirs[i] : 0,
                     info.dli_fname == nullptr ? "?" : info.dli_fname,
                     info.dli_sname == nullptr ? "?" : info.dli_sname);
    }
}

[[gnu::noinline]] void compare() {
    Comparison* all = comparison.load(std::memory_order_acquire);
    if (all == nullptr || busy) { return; }
    busy = true;
    unw_context_t context;
    unw_getcontext(&context);
    const auto& registers = context.uc_mcontext.gregs;
    const payload::WalkStart start{static_cast<std::uint64_t>(registers[REG_RIP]),
                                   static_cast<std::uint64_t>(registers[REG_RSP]),
                                   static_cast<std::uint64_t>(registers[REG_RBP])};
    const std::uint32_t depth = walk_by_libunwind(context);
    const payload::WalkResult walk = walk_as_payload(*all, start);
    // Ours has this function, too.
    std::copy(ours.begin() + 1, ours.begin() + walk.depth, ours.begin());
    const std::uint32_t own_depth = walk.depth - 1;
    bool same = own_depth == depth;
    for (std::uint32_t i = 0; i < std::min(own_depth, depth); ++i) {
        same = same && (ours[i] & wire::kMaxNativeAddress) == theirs[i];
    }
    all->counts.stacks.fetch_add(1, std::memory_order_relaxed);
    all->counts.frames.fetch_add(depth, std::memory_order_relaxed);
    if (!walk.whole) { all->counts.cut.fetch_add(1, std::memory_order_relaxed); }
    if (!same && all->counts.mismatches.fetch_add(1) < kReported) { report(*all, own_depth, depth); }
    busy = false;
}

}  // namespace

extern "C" {

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

int main(int argc, char** argv) {
    const char* path = std::getenv("WALK_EQUIVALENCE");
    std::FILE* file = path == nullptr ? nullptr : std::fopen(path, "w");
    if (file == nullptr) { return 2; }
    static std::optional<Comparison> all;
    all.emplace();
    all->report = file;
    all->modules.update();
    comparison.store(&*all, std::memory_order_release);
    const int status = Py_BytesMain(argc, argv);
    comparison.store(nullptr, std::memory_order_release);
    std::fprintf(file, "stacks=%lu frames=%lu mismatches=%lu cut=%lu\n", all->counts.stacks.load(),
                 all->counts.frames.load(), all->counts.mismatches.load(), all->counts.cut.load());
    std::fclose(file);
    return status;
}
