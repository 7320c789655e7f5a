// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/base/process.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "injector/base/error.h"

namespace memray::base {

UniqueFd open_pidfd(pid_t pid) {
    UniqueFd fd = try_open_pidfd(pid);
    if (!fd) { throw system_error("pidfd_open of process " + std::to_string(pid)); }
    return fd;
}

UniqueFd try_open_pidfd(pid_t pid) { return UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))); }

bool has_ended(int pidfd) {
    pollfd waiting{pidfd, POLLIN, 0};
    return ::poll(&waiting, 1, 0) > 0;
}

std::string executable_of(pid_t pid) {
    std::error_code error;
    return std::filesystem::read_symlink("/proc/" + std::to_string(pid) + "/exe", error).string();
}

}  // namespace memray::base
