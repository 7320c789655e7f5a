// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/notes.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstring>

#include "cli/report/format.h"
#include "cli/report/mappings.h"
#include "injector/base/printable.h"

namespace memray::report {
namespace {

std::string length_text(std::int64_t ms) {
    constexpr std::int64_t kMinute = 60'000;
    ms = std::max<std::int64_t>(0, ms);
    return ms < kMinute ? fmt::format("{:.1f} s", static_cast<double>(ms) / 1000) : duration_text(ms);
}

std::string signal_text(int number) {
    const char* name = ::sigabbrev_np(number);
    return name == nullptr ? fmt::format("signal {}", number) : fmt::format("signal {} (SIG{})", number, name);
}

std::string out_of_memory_text(const capture::Ending& ending) {
    if (ending.out_of_memory == 0) { return {}; }
    const std::string size = ending.out_of_memory > 1 ? " at " + size_text(ending.out_of_memory) : "";
    return "; the oom_kill counter rose: out of memory" + size;
}

}  // namespace

std::string ending_text(const capture::Ending& ending) {
    switch (ending.kind) {
        case capture::EndKind::kExited:
            return fmt::format("exited with code {}", ending.code);
        case capture::EndKind::kSignaled:
            return "killed by " + signal_text(ending.code) + out_of_memory_text(ending);
        case capture::EndKind::kReplaced:
            return "replaced itself by another program";
        case capture::EndKind::kDetached:
            return "was still running when the recording ended";
        case capture::EndKind::kRunning:
            return "not yet: this is a snapshot of the running process";
        case capture::EndKind::kUnknown:
            break;
    }
    return "not known";
}

std::vector<std::string> tracked_lines(const capture::Metadata& metadata) {
    std::vector<std::string> lines{fmt::format("Tracked: from {} to {}, {}", second_text(metadata.start_ms),
                                               second_text(metadata.end_ms),
                                               length_text(metadata.end_ms - metadata.start_ms))};
    const std::uint64_t frees = metadata.losses.unknown_frees;
    if (frees > 0 && metadata.beginning == capture::Beginning::kStart) {
        lines.push_back(fmt::format("Freed: memory allocated before tracking started, {}", counted(frees, "time")));
    }
    return lines;
}

std::string ending_text(const capture::Metadata& metadata) {
    std::string text = ending_text(metadata.ending);
    if (metadata.ending.kind != capture::EndKind::kRunning) { return text; }
    return fmt::format("{}, taken at {}", text, second_text(metadata.end_ms));
}

namespace {

void add_hook_notes(std::vector<std::string>& notes, const capture::Metadata& metadata) {
    if (metadata.large_requests) {
        notes.emplace_back(
            "Python's own allocator takes no memory from malloc: requests to it of up to 512 bytes are not in here "
            "(--trace-python-allocators records them)");
    }
    if (metadata.chained > 0) {
        notes.push_back(
            counted(metadata.chained, "call site") +
            " led to another library's functions, such as hooks of another profiler: those were called, too");
    }
}

bool has_arenas(const capture::Profile& profile) {
    return profile.allocators[static_cast<std::size_t>(capture::Allocator::kArena)].count > 0;
}

}  // namespace

std::vector<std::string> kind_notes(const capture::Profile& profile) {
    const capture::Metadata& metadata = profile.metadata;
    std::vector<std::string> notes;
    if (metadata.pid == 0 && metadata.aggregated) {
        notes.emplace_back(
            "merged from several processes: the peak is the sum of what each held when that was largest, to a time "
            "bucket; the end is that of the first process");
    } else if (metadata.ending.kind == capture::EndKind::kRunning) {
        notes.push_back(fmt::format("a snapshot of the running process, taken at {}", second_text(metadata.end_ms)));
    }
    add_hook_notes(notes, metadata);
    if (has_arenas(profile)) {
        notes.emplace_back(
            "Python's objects of up to 512 bytes live in arenas: what is a PYTHON_ARENA counts for the line that "
            "needed the next one (--trace-python-allocators records each object)");
    }
    if (std::string note = not_resident_note(profile); !note.empty()) { notes.push_back(std::move(note)); }
    return notes;
}

std::string leak_note(const capture::Metadata& metadata) {
    if (metadata.trace_python_allocators || metadata.python_allocator.starts_with("malloc")) { return {}; }
    return "Note that the Python allocator doesn't necessarily release memory to the system when Python objects are "
           "deallocated and these can still appear as \"leaks\". If you want to exclude these, you can run your "
           "application with the `PYTHONMALLOC=malloc` environment variable set, or record every object with "
           "`--trace-python-allocators`.";
}

std::vector<std::string> loss_notes(const capture::Metadata& metadata) {
    std::vector<std::string> notes;
    if (!metadata.incomplete.empty()) {
        notes.push_back("the capture is incomplete: " + base::printable(metadata.incomplete));
    }
    const auto add = [&notes](std::uint64_t count, const char* noun, const char* what) {
        if (count > 0) { notes.push_back(counted(count, noun) + " " + what); }
    };
    const capture::Losses& losses = metadata.losses;
    add(losses.events, "event", "could not be recorded");
    add(losses.missing_sequences, "event", "never arrived (in flight when the program died)");
    add(losses.bad_stacks, "stack", "could not be read to the end and may lack callers");
    add(losses.cut_native_stacks, "native stack", "could not be followed to the end and may lack callers");
    add(losses.unpatched, "call site", "could not be hooked: their allocations are missing");
    add(losses.reused_addresses, "free", "went unseen: their memory was handed out again");
    return notes;
}

}  // namespace memray::report
