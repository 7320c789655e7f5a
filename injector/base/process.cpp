// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/base/process.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "injector/base/error.h"
#include "injector/base/file.h"

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

// From /proc, as prlimit(2) asks for more rights than reading that takes.
std::uint64_t share_of_address_space(pid_t pid) {
    constexpr std::uint64_t kShare = 10;
    constexpr std::string_view kName = "Max address space";
    const std::string limits = try_read_file("/proc/" + std::to_string(pid) + "/limits").value_or("");
    const std::size_t line = limits.find(kName);
    const std::size_t at = line == std::string::npos ? line : limits.find_first_not_of(' ', line + kName.size());
    std::uint64_t limit = 0;
    if (at == std::string::npos) { return UINT64_MAX; }
    const auto result = std::from_chars(limits.data() + at, limits.data() + limits.size(), limit);
    return result.ec == std::errc() ? limit / kShare : UINT64_MAX;  // "unlimited"
}

std::string executable_of(pid_t pid) {
    std::error_code error;
    return std::filesystem::read_symlink("/proc/" + std::to_string(pid) + "/exe", error).string();
}

}  // namespace memray::base
