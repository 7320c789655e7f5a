// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/recording/process_watch.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "injector/base/error.h"
#include "injector/base/file.h"
#include "injector/base/process.h"
#include "injector/recording/shared_stop.h"

namespace memray::recording {
namespace {

using capture::Ending;
using capture::EndKind;

// The first version of struct pidfd_info, with PIDFD_INFO_EXIT of Linux 6.15 (include/uapi/linux/pidfd.h).
struct PidfdInfo {
    std::uint64_t mask;
    std::uint64_t cgroup;
    std::uint32_t ids[11];
    std::int32_t exit_code;
};
static_assert(sizeof(PidfdInfo) == 64);
constexpr std::uint64_t kExitInfo = 1U << 3U;

Ending decoded(int status) {
    if (WIFSIGNALED(status)) { return {EndKind::kSignaled, WTERMSIG(status)}; }
    return {EndKind::kExited, WEXITSTATUS(status)};
}

std::optional<Ending> ending_of_reaped(int pidfd) {
    PidfdInfo info{};
    info.mask = kExitInfo;
    const bool told = ::ioctl(pidfd, _IOWR(0xff, 11, PidfdInfo), &info) == 0 && (info.mask & kExitInfo) != 0;
    return told ? std::optional(decoded(info.exit_code)) : std::nullopt;
}

// The last field of /proc/PID/stat, as waitpid has it.
std::optional<Ending> ending_of_zombie(pid_t pid) {
    const auto stat = base::try_read_file(fmt::format("/proc/{}/stat", pid));
    const std::size_t last = stat ? stat->find_last_of(' ') : std::string::npos;
    if (last == std::string::npos || stat->find(") Z ") == std::string::npos) { return std::nullopt; }
    return decoded(std::atoi(stat->c_str() + last));
}

}  // namespace

std::optional<Ending> ProcessWatch::reap(int flags) const {
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
    return oom_.explain({exited ? EndKind::kExited : EndKind::kSignaled, info.si_status});
}

std::optional<Ending> ProcessWatch::look() const {
    if (!base::has_ended(pidfd_)) { return std::nullopt; }
    // A zombie first: it is collected at any moment, and only afterwards the kernel tells through the descriptor.
    std::optional<Ending> ending = ending_of_zombie(pid_);
    if (!ending) { ending = ending_of_reaped(pidfd_); }
    return oom_.explain(ending.value_or(Ending{EndKind::kUnknown, 0}));
}

std::optional<Ending> ProcessWatch::ended() const { return reaped_ == Reaped::kHere ? reap(WNOHANG) : look(); }

std::optional<Ending> ProcessWatch::await_end() const { return reap(0); }

void ProcessWatch::wait(std::chrono::milliseconds longest) const {
    pollfd waiting{pidfd_, POLLIN, 0};
    ::poll(&waiting, 1, static_cast<int>(longest.count()));
}

}  // namespace memray::recording
