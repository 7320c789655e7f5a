// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/recording/group_watch.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <ctime>

#include "injector/base/descriptors.h"
#include "injector/base/error.h"

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
    try {
        base::Pipe pipe;
        process_ = base::ChildProcess::shielded([&] { return hold_signals(pipe.reader.get()); });
        orders_ = std::move(pipe.writer);
        status_ = status_path(process_.id());
    } catch (const base::Error&) {}
}

GroupWatch::~GroupWatch() {
    orders_.reset();
    process_.wait();
}

bool GroupWatch::take(int number) const noexcept {
    if (!process_ || !is_pending(status_, number)) { return false; }
    const auto order = static_cast<unsigned char>(number);
    static_cast<void>(::write(orders_.get(), &order, 1));
    return true;
}

}  // namespace memray::recording
