// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "tests/unit/capture/sample_capture.h"

#include <vector>

#include "injector/capture/events/event.h"
#include "tests/unit/capture/slow_replay.h"

using namespace memray::capture;

namespace {

constexpr std::int64_t kStart = 1'700'000'000'000;

// A little of everything: reuse of slots, frees by other threads, what a munmap left, time.
std::vector<Event> sample_events() {
    const auto allocation = [](std::uint32_t slot, std::uint32_t site, std::uint64_t size) {
        return Event{EventKind::kAllocation, slot, site, size, false, 0};
    };
    const auto free = [](std::uint32_t slot, bool other_thread = false) {
        return Event{EventKind::kDeallocation, slot, 0, 0, other_thread, 0};
    };
    const auto time = [](std::int64_t ms) { return Event{EventKind::kTime, 0, 0, 0, false, kStart + ms}; };
    return {allocation(0, 0, 64),
            allocation(1, 0, 64),
            allocation(2, 1, 1U << 20U),
            time(15),
            free(1),
            allocation(1, 0, 0),
            free(0, true),
            allocation(0, 2, 48),
            time(40),
            free(2),
            {EventKind::kRestore, 2, 1, 4096, false, 0},
            allocation(3, 3, 5'000'000'000),
            time(2000),
            free(3),
            allocation(3, 1, 1U << 21U),
            free(1)};
}

Metadata sample_metadata(bool aggregated) {
    Metadata m;
    m.command_line = "memray run example.py --sm\xc3\xb6rg\xc3\xa5s 'a b'";
    m.python_version = "3.11.2";
    m.python_executable = "/usr/bin/python3.11";
    m.python_allocator = "pymalloc";
    m.search_paths = {"/usr/lib/python3.11", "/usr/lib/python3/dist-packages"};
    m.pid = 4711;
    m.main_thread = 1;
    m.start_ms = kStart;
    m.trace_python_allocators = true;
    m.aggregated = aggregated;
    return m;
}

void write_event(Writer& writer, const Event& event) {
    switch (event.kind) {
        case EventKind::kAllocation:
            return writer.allocation(event.site, event.size);
        case EventKind::kRestore:
            return writer.restore(event.site, event.size);
        case EventKind::kDeallocation:
            return writer.deallocation(event.slot, event.other_thread);
        case EventKind::kTime:
            return writer.time(event.time_ms);
    }
}

}  // namespace

Profile sample_profile(bool aggregated) {
    Profile p;
    p.metadata = sample_metadata(aggregated);
    p.strings = {"<module>", "example.py", "load", "worker", "run", "/usr/lib/python3.11/threading.py"};
    p.functions = {{0, 1, 1}, {2, 1, 3}, {3, 1, 9}, {4, 5, 964}};
    p.frames = {{0, 20}, {1, 4}, {1, 5}, {2, 10}, {3, 982}, {0, 0}};
    p.stacks = {{0, 0}, {0, 0}, {1, 1}, {1, 2}, {0, 4}, {4, 3}};
    p.threads = {{1, 4711, ""}, {2, 4712, "worker"}};
    p.sites = {{2, 0, 0, Allocator::kPymallocMalloc, {}, {}, {}, {}, 0},
               {3, 0, 0, Allocator::kMmap, {}, {}, {}, {}, 0},
               {5, 0, 1, Allocator::kSharedMemory, {}, {}, {}, {}, 1},
               {kRootStack, 0, 1, Allocator::kReservation, {}, {}, {}, {}, 0}};
    p.shared_files = {{0x1234567890abcdef, 1, 1025}};
    p.snapshots = {{kStart, 9'000'000, 0}, {kStart + 15, 9'100'000, 1'048'704}, {kStart + 2000, 8'999'999, 4'208}};
    p.metadata.end_ms = kStart + 2000;
    slow_replay(p, sample_events());
    p.metadata.ending = {EndKind::kExited, 3};
    p.metadata.losses = {1, 2, 3, 4, 5, 6};
    return p;
}

Profile native_sample_profile() {
    Profile p = sample_profile(true);
    p.metadata.native_traces = true;
    p.modules = {{"/usr/lib/x86_64-linux-gnu/libc.so.6", "0123456789abcdef", ModuleKind::kFile, 1'922'136, kStart},
                 {"/tmp/unpacked/libgone.so", "fedcba9876543210", ModuleKind::kDeleted, 0, 0}};
    p.native_frames = {{0, 0x2724a, false}, {1, 0x1139, false}, {1, 0x1150, true}, {kNoModule, 0x7f0012345678, false}};
    p.native_stacks = {{0, 0}, {0, 0}, {1, 1}, {2, 2}, {1, 3}};
    p.sites[0].native_stack = 3;
    p.sites[1].native_stack = 4;
    p.kept_symbols = {{1,
                       "\x7f"
                       "ELF, its symbols"}};
    return p;
}

void write_sample(const WriterOptions& options, SampleEnd end) {
    const Profile profile = sample_profile(options.aggregated);
    Writer writer(options, sample_metadata(options.aggregated));
    std::size_t count = 0;
    for (const Event& event : sample_events()) {
        write_event(writer, event);
        if (++count % 5 == 0) { writer.flush(profile); }
    }
    if (end == SampleEnd::kFinished) { return writer.finish(profile); }
    writer.flush(profile);
    writer.checkpoint(profile);
}
