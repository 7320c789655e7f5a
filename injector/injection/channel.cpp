// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/injection/channel.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>

namespace memray::injection {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMaxText = 8192;

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

}  // namespace memray::injection
