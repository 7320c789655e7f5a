// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A copy of a process that never runs: a stopped thread makes system calls for us, without a C library and wherever it
// is. The memory is shared with the process until one of them writes (fork(2)).
//
// The copy is no child of the program's, so that nothing there ever sees it: the thread makes a helper that shares its
// memory and for which it waits (vfork(2)), the helper makes the copy and is killed, and the thread waits for it. All
// that is done while the program stands still; the copy then belongs to whoever adopts orphans.
//
// Whoever of helper and copy should ever run, because we were killed, ends itself at once: its stack is a signal frame
// of ours that leads to exit_group(2). If we are killed in the middle, a zombie may remain which no wait of the
// program's sees but one with __WALL or __WCLONE (its exit signal is 0: clone(2)).
#pragma once

#include <sys/types.h>

#include <chrono>

#include "injector/base/error.h"
#include "injector/ptrace/call_code.h"
#include "injector/ptrace/remote_memory.h"
#include "injector/ptrace/tracee.h"

namespace memray::heap {

// Which will not be another time.
class CloneRefused : public base::Error {
    using base::Error::Error;
};

// `thread` has been stopped by Tracee::interrupt(), as have all others of its process; afterwards it is as it was.
// `may_suspend`: filters of the process are suspended meanwhile (seccomp(2)). `limit`: how long the copy may take. It
// stands before its first instruction, and is killed when the object goes. Throws CloneRefused if there can be none,
// another base::Error if another thread may be better.
[[nodiscard]] ptrace::Tracee clone_process(ptrace::Tracee& thread, const ptrace::RemoteMemory& memory,
                                           const ptrace::CallCode& code, bool may_suspend,
                                           std::chrono::milliseconds limit);

// The rest, for which the process need not stand still: kills the copy with us from now on, and lets go of the files
// that it shares with the process. Throws base::Error if the copy has died.
void settle_clone(ptrace::Tracee& copy, const ptrace::CallCode& code, bool may_suspend);

}  // namespace memray::heap
