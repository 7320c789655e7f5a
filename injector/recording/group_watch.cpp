// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/recording/group_watch.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ctime>

#include "injector/base/descriptors.h"

namespace memray::recording {
namespace {

// Each byte is the number of a signal that has been taken note of.
int hold_signals(int orders) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_SET_NAME, "group-watch");
    base::close_all_but({orders});
    base::close_standard_streams();
    constexpr timespec kNoTime{};
    unsigned char number = 0;
    while (::read(orders, &number, 1) == 1) {
        sigset_t one;
        ::sigemptyset(&one);
        ::sigaddset(&one, number);
        ::sigtimedwait(&one, nullptr, &kNoTime);
    }
    return 0;
}

bool is_pending(const StatusPath& path, int number) noexcept {
    const StatusText status(path);
    const char* field = status.field("ShdPnd");
    const unsigned long long pending = field != nullptr ? std::strtoull(field, nullptr, 16) : 0;
    return (pending >> (number - 1) & 1U) != 0;
}

}  // namespace

GroupWatch::GroupWatch() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) { return; }
    const base::UniqueFd reading(ends[0]);
    orders_.reset(ends[1]);
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, &before);
    pid_ = ::fork();
    if (pid_ == 0) { hold_signals(reading.get()); }
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    if (pid_ > 0) { status_ = status_path(pid_); }
}

GroupWatch::~GroupWatch() {
    orders_.reset();
    while (pid_ > 0 && ::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {}
}

bool GroupWatch::take(int number) const noexcept {
    if (pid_ <= 0 || !is_pending(status_, number)) { return false; }
    const auto order = static_cast<unsigned char>(number);
    static_cast<void>(::write(orders_.get(), &order, 1));
    return true;
}

}  // namespace memray::recording
