// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/source/snapshot.h"

#include <algorithm>
#include <future>
#include <optional>

#include "injector/base/error.h"
#include "injector/base/file.h"
#include "injector/base/process.h"
#include "injector/base/process_status.h"
#include "injector/heap/memory/process_memory.h"
#include "injector/heap/source/copied_memory.h"
#include "injector/heap/source/frozen_copy.h"
#include "injector/heap/source/held_signals.h"
#include "injector/heap/source/live_memory.h"
#include "injector/heap/source/room.h"
#include "injector/heap/source/stopped_process.h"
#include "injector/injection/attach_checks.h"

namespace memray::heap {
namespace {

constexpr std::uint64_t kSmall = std::uint64_t{16} << 20U;  // copied in the time that a copy takes to be frozen

class FrozenMemory : public ProcessMemory {
public:
    explicit FrozenMemory(std::unique_ptr<FrozenCopy> copy) : ProcessMemory(copy->id()), copy_(std::move(copy)) {}

private:
    std::unique_ptr<FrozenCopy> copy_;
};

std::string name_of(pid_t pid) { return "Process " + std::to_string(pid); }

std::string in_megabytes(std::uint64_t bytes) { return std::to_string((bytes + 500'000) / 1'000'000) + " MB"; }

// What was not to be had because of how it is read.
void note_late(std::size_t late, std::vector<std::string>& notes) {
    if (late == 0) { return; }
    notes.push_back(std::to_string(late) + (late == 1 ? " thread was" : " threads were") +
                    " in the middle of something that cannot be interrupted; where in the program is not known");
}

void note_shared(const Memory& memory, std::vector<std::string>& notes) {
    std::uint64_t size = 0;
    for (const Range& range : memory.ranges()) { size += range.shared && range.writable ? range.size() : 0; }
    if (size == 0) { return; }
    notes.push_back(in_megabytes(size) + " that it shares with others are as they are when they are looked at");
}

// Why nobody may try to freeze a copy, as what follows "it could not be frozen: ".
std::optional<std::string> freezing_forbidden(pid_t pid) {
    if (auto reason = injection::calls_forbidden(pid)) { return "it " + *reason; }
    const auto status = base::ProcessStatus::in("/proc/" + std::to_string(pid));
    if (status && status->innermost_id() == 1) {
        return "it is the first process of a PID namespace, which adopts orphans, so that it would see a copy of "
               "itself";
    }
    if (counts_promises()) { return "vm.overcommit_memory is 2"; }
    const std::uint64_t needed = private_memory(pid);
    const std::uint64_t left = memory_left(pid);
    if (left < needed) {
        return "it may take " + in_megabytes(left) + " more memory, and could come to need " + in_megabytes(needed) +
               " while a copy shares its own";
    }
    return std::nullopt;
}

void require_room(pid_t pid) {
    const std::uint64_t needed = private_memory(pid);
    const std::uint64_t left = memory_left(::getpid());
    if (needed <= left) { return; }
    throw base::Error("There is no room for a copy of " + name_of(pid) + ": it has " + in_megabytes(needed) +
                      " of its own, and " + in_megabytes(left) + " are left here; look at it while it runs");
}

// A thread that may be late is let go of when the tracer ends: that is a thread of its own.
template <typename Function>
auto in_tracer(Function function) {
    const HeldSignals held;
    return std::async(std::launch::async, std::move(function)).get();
}

// What went wrong counts for nothing if the process has ended.
template <typename Function>
auto unless_ended(pid_t pid, Function function) {
    const base::UniqueFd process = base::open_pidfd(pid);
    try {
        return function();
    } catch (const base::Error&) {
        if (base::has_ended(process.get())) { throw base::Error(name_of(pid) + " has ended"); }
        throw;
    }
}

Snapshot copy_stopped(pid_t pid) {
    Snapshot result;
    PageCopy copy(pid);
    StoppedProcess stopped(pid);
    PageReader reader(pid, elf::read_maps(pid));
    copy.take(reader);
    result.threads = stopped.states();
    const std::size_t late = stopped.late().size();
    result.pause = stopped.release();
    stopped.release_late();
    if (copy.swapped() > 0) {
        result.notes.push_back(in_megabytes(copy.swapped()) +
                               " were swapped out; they are as they are when they are looked at");
    }
    note_late(late, result.notes);
    result.memory = std::make_unique<CopiedMemory>(std::move(reader), std::move(copy));
    result.kind = SnapshotKind::kCopied;
    return result;
}

Snapshot freeze(pid_t pid) {
    Snapshot result;
    auto copy = std::make_unique<FrozenCopy>(pid);
    const StandStill stand_still = copy->stand_still();
    result.threads = stand_still.threads;
    result.pause = stand_still.pause;
    note_late(stand_still.late, result.notes);
    result.memory = std::make_unique<FrozenMemory>(std::move(copy));
    result.kind = SnapshotKind::kFrozen;
    return result;
}

void identify(pid_t pid, Snapshot& snapshot) {
    snapshot.pid = pid;
    const auto auxiliary = base::try_read_file("/proc/" + std::to_string(pid) + "/auxv");
    if (const auto vector = elf::parse_auxv(auxiliary.value_or(""))) { snapshot.entry = vector->entry; }
}

Snapshot finish(pid_t pid, Snapshot snapshot) {
    identify(pid, snapshot);
    name_threads(pid, snapshot.threads);
    note_shared(*snapshot.memory, snapshot.notes);
    return snapshot;
}

Snapshot copy_instead(pid_t pid, const std::string& reason) {
    Snapshot result = open_stopped(pid);
    result.notes.insert(result.notes.begin(), "No copy could be frozen: " + reason);
    return result;
}

}  // namespace

Snapshot open_live(pid_t pid) {
    injection::require_readable(pid);
    Snapshot result;
    identify(pid, result);
    result.memory = std::make_unique<LiveMemory>(PageReader(pid, elf::read_maps(pid)));
    result.threads = read_thread_states(pid);
    const auto runs = [](const ThreadState& thread) { return thread.stack_pointer.is_null(); };
    const auto running = std::count_if(result.threads.begin(), result.threads.end(), runs);
    if (running > 0) {
        result.notes.push_back(std::to_string(running) + (running == 1 ? " thread was" : " threads were") +
                               " running; where in the program is not known");
    }
    return result;
}

Snapshot open_stopped(pid_t pid) {
    injection::require_traceable(pid);
    require_room(pid);
    return unless_ended(pid, [pid] { return finish(pid, in_tracer([pid] { return copy_stopped(pid); })); });
}

Snapshot open_frozen(pid_t pid) {
    injection::require_traceable(pid);
    if (const auto reason = freezing_forbidden(pid)) { return copy_instead(pid, *reason); }
    std::optional<std::string> failure;
    try {
        return unless_ended(pid, [pid] { return finish(pid, freeze(pid)); });
    } catch (const base::Error& error) { failure = error.what(); }
    return copy_instead(pid, *failure);
}

Snapshot open_best(pid_t pid) { return private_memory(pid) <= kSmall ? open_stopped(pid) : open_frozen(pid); }

}  // namespace memray::heap
