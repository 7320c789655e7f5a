// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/sockets/message.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace memray::sockets {
namespace {

using Clock = std::chrono::steady_clock;

void wait_for_more(int socket, Moment deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd waiting{socket, POLLIN, 0};
    ::poll(&waiting, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000)));
}

}  // namespace

std::optional<std::size_t> receive_some(int socket, std::span<std::uint8_t> buffer, int flags) {
    const ssize_t count = ::recv(socket, buffer.data(), buffer.size(), flags | MSG_DONTWAIT);
    if (count > 0) { return static_cast<std::size_t>(count); }
    const bool later = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
    return later ? std::optional<std::size_t>(0) : std::nullopt;
}

bool has_hung_up(int socket) {
    std::array<std::uint8_t, 1> byte{};
    return !receive_some(socket, byte, MSG_PEEK);
}

MessageReader::State MessageReader::read(int socket) {
    std::array<std::uint8_t, 4096> buffer{};
    for (;;) {
        const auto there = receive_some(socket, buffer, MSG_PEEK);
        if (!there) { return State::kFailed; }
        if (*there == 0) { return Clock::now() < deadline_ ? State::kWaiting : State::kFailed; }
        const std::span<const std::uint8_t> bytes(buffer.data(), *there);
        const auto zero = std::find(bytes.begin(), bytes.end(), 0);
        text_.append(bytes.begin(), zero);
        if (text_.size() > longest_) { return State::kFailed; }
        const bool whole = zero != bytes.end();
        const std::size_t taken = static_cast<std::size_t>(zero - bytes.begin()) + (whole ? 1 : 0);
        static_cast<void>(receive_some(socket, {buffer.data(), taken}));
        if (whole) { return State::kComplete; }
    }
}

std::optional<std::string> receive_message(int socket, std::size_t longest, Moment deadline) {
    MessageReader reader(longest, deadline);
    for (;;) {
        switch (reader.read(socket)) {
            case MessageReader::State::kComplete:
                return reader.text();
            case MessageReader::State::kFailed:
                return std::nullopt;
            case MessageReader::State::kWaiting:
                wait_for_more(socket, deadline);
        }
    }
}

void send_message(int socket, std::string_view text) {
    const std::string bytes = std::string(text) + '\0';
    static_cast<void>(::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
}

}  // namespace memray::sockets
