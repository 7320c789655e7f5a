// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// One moment of a process: its memory and where its threads were. From a process that runs, or from a core file; no
// code of anybody's runs in a process that is looked at.
//
//            the process stands still    what is read belongs to
//   live     never                       the moments at which it was looked at: parts may contradict each other
//   copied   while it is copied          one moment; all of its private memory is in ours
//   frozen   while its page tables are   one moment; memory that neither changes is shared (fork(2))
//   core     -                           one moment
//
// Of a process that was copied or frozen, shared memory and files are as they are when they are looked at. It goes on
// as it was found (stopped_process.h, injected_clone.h), also if this program is killed.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "injector/heap/memory/memory.h"
#include "injector/heap/source/thread_state.h"

namespace memray::heap {

enum class SnapshotKind { kLive, kCopied, kFrozen, kCore };

struct Snapshot {
    std::unique_ptr<Memory> memory;
    pid_t pid{0};      // 0 for a core
    RemoteAddr entry;  // where the program begins (AT_ENTRY: getauxval(3)); null if that is not known
    std::vector<ThreadState> threads;
    SnapshotKind kind{SnapshotKind::kLive};
    std::chrono::microseconds pause{0};  // how long the process stood still
    std::vector<std::string> notes;      // what was not to be had, and why: whole sentences without a full stop
};

// All throw base::Error where `pid` is no process that can be looked at, as an attach does (injection/attach_checks.h).

// One that another program traces will do, too.
[[nodiscard]] Snapshot open_live(pid_t pid);
// Throws base::Error, too, if there is no room for a copy. Stands still for about 0.4 s for each GB.
[[nodiscard]] Snapshot open_stopped(pid_t pid);
// Stands still for about 0.1 s for each GB. Where no copy can be frozen (seccomp filters, a shadow stack, limits on
// processes or memory, a process that adopts orphans), it is copied, and a note says why.
[[nodiscard]] Snapshot open_frozen(pid_t pid);
// Copied if it is so small that this takes no longer (16 MB of private memory), else frozen.
[[nodiscard]] Snapshot open_best(pid_t pid);

// Of a process for x86-64. Code and constants, which cores lack, come from the files that were mapped, where those are
// the same still (their build-ids agree); `executable`, if not empty, is the file of the program. Throws base::Error if
// it is no core, cut off, of another architecture, or its program is missing.
[[nodiscard]] Snapshot open_core(const std::string& path, const std::string& executable);

}  // namespace memray::heap
