// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/base/descriptors.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <optional>

namespace memray::base {
namespace {

constexpr const char* kNothing = "/dev/null";

std::optional<rlimit> limit_at_start;

void open_missing_streams() noexcept {
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        // The lowest free number: that of this stream.
        if (::fcntl(stream, F_GETFD) < 0 && errno == EBADF) { static_cast<void>(::open(kNothing, O_RDWR | O_CLOEXEC)); }
    }
}

// close_range(2) is of Linux 5.9.
void close_from_to(int first, int last) noexcept {
    if (first > last || ::syscall(SYS_close_range, first, last, 0) == 0) { return; }
    for (int fd = first; fd <= std::min<long>(last, ::sysconf(_SC_OPEN_MAX)); ++fd) { ::close(fd); }
}

}  // namespace

void prepare_descriptors() noexcept {
    open_missing_streams();
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) { return; }
    limit_at_start = limit;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

void restore_descriptor_limit() noexcept {
    if (limit_at_start) { ::setrlimit(RLIMIT_NOFILE, &*limit_at_start); }
}

void close_inherited() noexcept {
    DIR* folder = ::opendir("/proc/self/fd");  // its own has the flag
    if (folder == nullptr) { return; }
    while (const dirent* entry = ::readdir(folder)) {
        const int fd = std::atoi(entry->d_name);
        const int flags = ::fcntl(fd, F_GETFD);
        if (fd > STDERR_FILENO && flags >= 0 && (flags & FD_CLOEXEC) == 0) { ::close(fd); }
    }
    ::closedir(folder);
}

void close_all_but(std::vector<int> kept) noexcept {
    kept.push_back(STDERR_FILENO);
    std::sort(kept.begin(), kept.end());
    int next = STDERR_FILENO;
    for (const int fd : kept) {
        close_from_to(next, fd - 1);
        next = std::max(next, fd + 1);
    }
    close_from_to(next, static_cast<int>(~0U >> 1U));
}

void close_standard_input() noexcept {
    ::close(STDIN_FILENO);  // first: there may be no free descriptor
    static_cast<void>(::open(kNothing, O_RDWR));
}

void close_standard_streams() noexcept {
    close_standard_input();
    ::dup2(STDIN_FILENO, STDOUT_FILENO);
    ::dup2(STDIN_FILENO, STDERR_FILENO);
}

}  // namespace memray::base
