// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/recording/process_ending.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include <cstdint>
#include <cstdlib>
#include <optional>

#include "injector/base/file.h"

namespace memray::recording {
namespace {

// The first version of struct pidfd_info, with PIDFD_INFO_EXIT of Linux 6.15 (include/uapi/linux/pidfd.h).
struct PidfdInfo {
    std::uint64_t mask;
    std::uint64_t cgroup;
    std::uint32_t ids[11];
    std::int32_t exit_code;
};
static_assert(sizeof(PidfdInfo) == 64);
constexpr std::uint64_t kExitInfo = 1U << 3U;

capture::Ending decoded(int status) {
    if (WIFSIGNALED(status)) { return {capture::EndKind::kSignaled, WTERMSIG(status)}; }
    return {capture::EndKind::kExited, WEXITSTATUS(status)};
}

std::optional<capture::Ending> ending_of_reaped(int pidfd) {
    PidfdInfo info{};
    info.mask = kExitInfo;
    const bool told = ::ioctl(pidfd, _IOWR(0xff, 11, PidfdInfo), &info) == 0 && (info.mask & kExitInfo) != 0;
    return told ? std::optional(decoded(info.exit_code)) : std::nullopt;
}

// The last field of /proc/PID/stat, as waitpid has it.
std::optional<capture::Ending> ending_of_zombie(pid_t pid) {
    const auto stat = base::try_read_file(fmt::format("/proc/{}/stat", pid));
    const std::size_t last = stat ? stat->find_last_of(' ') : std::string::npos;
    if (last == std::string::npos || stat->find(") Z ") == std::string::npos) { return std::nullopt; }
    return decoded(std::atoi(stat->c_str() + last));
}

}  // namespace

void wait_for_end(int pidfd, std::chrono::milliseconds time) {
    pollfd waiting{pidfd, POLLIN, 0};
    ::poll(&waiting, 1, static_cast<int>(time.count()));
}

capture::Ending ending_of(pid_t pid, int pidfd) {
    // A zombie first: it is collected at any moment, and only afterwards the kernel tells through the descriptor.
    if (const auto ending = ending_of_zombie(pid)) { return *ending; }
    return ending_of_reaped(pidfd).value_or(capture::Ending{capture::EndKind::kUnknown, 0});
}

}  // namespace memray::recording
