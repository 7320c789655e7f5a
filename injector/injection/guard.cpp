// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/injection/guard.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>

#include "injector/base/descriptors.h"
#include "injector/base/error.h"

namespace memray::injection {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMaxText = 8192;
constexpr milliseconds kReaping{500};

struct Ancillary {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> room{};
};

bool wait_readable(int fd, std::optional<Moment> deadline) {
    for (;;) {
        int left = -1;
        if (deadline) {
            const auto time = std::chrono::ceil<milliseconds>(*deadline - std::chrono::steady_clock::now());
            left = static_cast<int>(std::max<std::int64_t>(time.count(), 0));
        }
        pollfd waiting{fd, POLLIN, 0};
        const int ready = ::poll(&waiting, 1, left);
        if (ready >= 0 || errno != EINTR) { return ready > 0; }
    }
}

// No signal may interrupt or end it: not Ctrl-C, not the end of the terminal.
void shield() {
    ::setsid();
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
}

[[noreturn]] void run_guard(const Guard::Work& work, const Channel& channel) {
    shield();
    base::close_standard_streams();
    int code = 0;
    try {
        work(channel);
    } catch (const std::exception& error) {
        channel.send(Message::kError, error.what());
        code = 1;
    }
    ::_exit(code);
}

}  // namespace

void Channel::send(Message::Kind kind, const std::string& text, int fd) const noexcept {
    char letter = kind;
    std::array<iovec, 2> parts{iovec{&letter, 1},
                               iovec{const_cast<char*>(text.data()), std::min(text.size(), kMaxText)}};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    Ancillary ancillary;
    if (fd >= 0) {
        message.msg_control = ancillary.room.data();
        message.msg_controllen = ancillary.room.size();
        cmsghdr* header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof fd);
        std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
    }
    while (::sendmsg(socket_.get(), &message, MSG_NOSIGNAL) < 0 && errno == EINTR) {}
}

std::optional<Message> Channel::receive(std::optional<Moment> deadline) const {
    if (!wait_readable(socket_.get(), deadline)) { return std::nullopt; }
    char letter = 0;
    std::string text(kMaxText, '\0');
    std::array<iovec, 2> parts{iovec{&letter, 1}, iovec{text.data(), text.size()}};
    Ancillary ancillary;
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    message.msg_control = ancillary.room.data();
    message.msg_controllen = ancillary.room.size();
    ssize_t count = 0;
    do { count = ::recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC); } while (count < 0 && errno == EINTR);
    if (count < 1) { return std::nullopt; }
    text.resize(static_cast<std::size_t>(count - 1));
    Message result{static_cast<Message::Kind>(letter), std::move(text), base::UniqueFd()};
    if (const cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr && header->cmsg_type == SCM_RIGHTS) {
        int fd = -1;
        std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
        result.fd.reset(fd);
    }
    return result;
}

bool Channel::has_news() const { return wait_readable(socket_.get(), Moment{}); }

Guard::Guard(const Work& work, Tell tell, Meanwhile meanwhile)
    : tell_(std::move(tell)), meanwhile_(std::move(meanwhile)) {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        throw base::system_error("creating a socket pair");
    }
    base::UniqueFd ours(ends[0]);
    base::UniqueFd theirs(ends[1]);
    pid_ = ::fork();
    if (pid_ < 0) { throw base::system_error("creating a process"); }
    if (pid_ == 0) {
        base::close_all_but({theirs.get()});
        run_guard(work, Channel(std::move(theirs)));
    }
    channel_.emplace(std::move(ours));
}

Guard::~Guard() {
    channel_.reset();
    const Moment limit = std::chrono::steady_clock::now() + kReaping;
    // One that still waits for a call in the target to return is left behind: it must not be hurried.
    while (::waitpid(pid_, nullptr, WNOHANG) == 0 && std::chrono::steady_clock::now() < limit) {
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
