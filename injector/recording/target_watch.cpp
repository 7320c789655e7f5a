// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/recording/target_watch.h"

#include <poll.h>
#include <sys/resource.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <string>

#include "injector/recording/shared_stop.h"
#include "injector/base/error.h"

namespace memray::recording {

std::optional<capture::Ending> TargetWatch::look(int flags) {
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WSTOPPED | flags) != 0) {
        if (errno == EINTR) { return std::nullopt; }
        throw base::system_error("waiting for process " + std::to_string(pid_));
    }
    if (info.si_pid == 0) { return std::nullopt; }
    if (info.si_code == CLD_STOPPED) {
        if (shares_stops_) { stop_with(pid_, info.si_status); }
        return std::nullopt;
    }
    const bool exited = info.si_code == CLD_EXITED;
    return oom_.explain({exited ? capture::EndKind::kExited : capture::EndKind::kSignaled, info.si_status});
}

void TargetWatch::wait(std::chrono::milliseconds longest) const {
    pollfd waiting{pidfd_, POLLIN, 0};
    ::poll(&waiting, 1, static_cast<int>(longest.count()));
}

int end_like(const capture::Ending& ending) {
    if (ending.kind != capture::EndKind::kSignaled) { return ending.code; }
    std::fflush(stdout);
    const rlimit no_core{0, 0};  // the target's is the one of interest
    ::setrlimit(RLIMIT_CORE, &no_core);
    ::signal(ending.code, SIG_DFL);
    sigset_t only;
    ::sigemptyset(&only);
    ::sigaddset(&only, ending.code);
    ::sigprocmask(SIG_UNBLOCK, &only, nullptr);
    ::raise(ending.code);
    constexpr int kShellOffset = 128;
    return kShellOffset + ending.code;
}

}  // namespace memray::recording
