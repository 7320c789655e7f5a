// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/injection/guard.h"

#include <sys/socket.h>

#include <csignal>
#include <thread>

#include "injector/base/descriptors.h"
#include "injector/base/error.h"

namespace memray::injection {
namespace {

constexpr std::chrono::milliseconds kReaping{500};

// No signal may interrupt or end it: not Ctrl-C, not the end of the terminal.
void shield() {
    ::setsid();
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
}

int run_guard(const Guard::Work& work, const Channel& channel) {
    shield();
    base::close_standard_streams();
    int code = 0;
    try {
        work(channel);
    } catch (const std::exception& error) {
        channel.send(Message::kError, error.what());
        code = 1;
    }
    return code;
}

}  // namespace

Guard::Guard(const Work& work, Tell tell, Meanwhile meanwhile)
    : tell_(std::move(tell)), meanwhile_(std::move(meanwhile)) {
    base::SocketPair line(SOCK_SEQPACKET);
    process_ = base::ChildProcess([&] {
        base::close_all_but({line.theirs.get()});
        return run_guard(work, Channel(std::move(line.theirs)));
    });
    channel_.emplace(std::move(line.ours));
}

Guard::~Guard() {
    channel_.reset();
    const Moment limit = std::chrono::steady_clock::now() + kReaping;
    // One that still waits for a call in the target to return is left behind: it must not be hurried.
    while (!process_.try_wait() && std::chrono::steady_clock::now() < limit) {
        std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
}

void Guard::wait_for_news(Moment deadline) const {
    while (meanwhile_ && !channel_->has_news() && std::chrono::steady_clock::now() < deadline) { meanwhile_(); }
}

Message Guard::expect(Message::Kind kind, Moment deadline) {
    for (;;) {
        wait_for_news(deadline);
        std::optional<Message> message = channel_->receive(deadline);
        if (!message && std::chrono::steady_clock::now() >= deadline) {
            throw base::Error("The target does not finish a call that was made in it; it goes on by itself");
        }
        if (!message) { throw base::Error("The process that enters the target has died"); }
        if (message->kind == Message::kError) { throw base::Error(message->text); }
        if (message->kind == kind) { return std::move(*message); }
        if (message->kind == Message::kNote && tell_) { tell_(message->text); }
    }
}

}  // namespace memray::injection
