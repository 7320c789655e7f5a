// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Short messages between processes that do not trust each other: text that ends with a zero byte, which no file name
// contains. Whoever reads says how long one may be and how long it may take, so nobody can hold it up.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace memray::sockets {

using Moment = std::chrono::steady_clock::time_point;

// What has arrived, up to the size of `buffer`, without waiting: its size, 0 if nothing has yet; nothing if the other
// end has closed.
[[nodiscard]] std::optional<std::size_t> receive_some(int socket, std::span<std::uint8_t> buffer, int flags = 0);

// The other end has closed, and there is nothing left to read.
[[nodiscard]] bool has_hung_up(int socket);

class MessageReader {
public:
    enum class State : std::uint8_t {
        kWaiting,
        kComplete,
        kFailed,  // the peer has gone, was too slow, or said too much
    };

    MessageReader(std::size_t longest, Moment deadline) : longest_(longest), deadline_(deadline) {}

    // Takes what has arrived, without waiting, and nothing of what comes after the message.
    [[nodiscard]] State read(int socket);
    // Without the zero byte; so far.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    [[nodiscard]] Moment deadline() const noexcept { return deadline_; }

private:
    std::size_t longest_;
    Moment deadline_;
    std::string text_;
};

// Waits for a message; nothing if it does not come.
[[nodiscard]] std::optional<std::string> receive_message(int socket, std::size_t longest, Moment deadline);

// Does not wait: messages are so short that they fit, unless nobody reads.
void send_message(int socket, std::string_view text);

}  // namespace memray::sockets
