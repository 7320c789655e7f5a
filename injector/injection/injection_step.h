// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The steps of entering and leaving a process, so that tests can end the recording process at each of them.
#pragma once

#include <sys/types.h>

#include <array>
#include <string_view>

namespace memray::injection {

enum class InjectionStep {
    kGuardStarted,
    kThreadStopped,
    kPythonInspected,
    kOldRecordingStopped,
    kRegionMapped,
    kLibraryLoaded,
    kRegionReceived,
    kLockTaken,
    kGoReceived,
    kRecordingStarted,
    kThreadReleased,
    kGuardDone,
    kDetachThreadStopped,
    kDetachHooksOut,
    kDetachThreadReleased,
    kDetachDone,
};

inline constexpr std::array<std::string_view, 16> kInjectionStepNames{
    "guard-started",         "thread-stopped",    "python-inspected",       "old-recording-stopped",
    "region-mapped",         "library-loaded",    "region-received",        "lock-taken",
    "go-received",           "recording-started", "thread-released",        "guard-done",
    "detach-thread-stopped", "detach-hooks-out",  "detach-thread-released", "detach-done"};

// If $MEMRAY_DIE_AT names this step: kills `controller` with SIGKILL and waits until it is gone.
void reached(InjectionStep step, pid_t controller) noexcept;

}  // namespace memray::injection
