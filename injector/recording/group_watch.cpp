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

using SignalSet = unsigned long long;
constexpr SignalSet bit_of(int number) noexcept { return SignalSet{1} << static_cast<unsigned>(number - 1); }
constexpr SignalSet kStops = bit_of(SIGTSTP) | bit_of(SIGTTIN) | bit_of(SIGTTOU);

SignalSet pending_signals(const StatusPath& path) noexcept {
    const StatusText status(path);
    const char* field = status.field("ShdPnd");
    return field != nullptr ? std::strtoull(field, nullptr, 16) : 0;
}

// The signals that take `number` out of what is pending when they come (kernel/signal.c, prepare_signal).
SignalSet opposites_of(int number) noexcept {
    if (number == SIGCONT) { return kStops; }
    return (bit_of(number) & kStops) != 0 ? bit_of(SIGCONT) : 0;
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
    if (!process_) { return false; }
    const SignalSet pending = pending_signals(status_);
    // Ctrl-Z right after fg: what went to the group last is what everybody in it does.
    if ((pending & opposites_of(number)) != 0) { return true; }
    if ((pending & bit_of(number)) == 0) { return false; }
    const auto order = static_cast<unsigned char>(number);
    static_cast<void>(::write(orders_.get(), &order, 1));
    return true;
}

}  // namespace memray::recording
