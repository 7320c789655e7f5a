// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The viewer's end: keeps a Recording up to date with what the recorder sends.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "injector/base/unique_fd.h"
#include "injector/live/frame_stream.h"
#include "injector/live/protocol.h"

namespace memray::live {

class Connection {
public:
    // Says hello.
    explicit Connection(base::UniqueFd socket);

    [[nodiscard]] int fd() const noexcept { return socket_.get(); }
    // There is still somebody at the other end.
    [[nodiscard]] bool open() const noexcept { return static_cast<bool>(socket_); }
    // Reads what has arrived, without waiting; not more than a bit, so that keys are not kept waiting. Throws
    // base::Error if the other end is no recorder of this version.
    void receive();
    void request(Request request);

    // The recorder has said hello.
    [[nodiscard]] bool greeted() const noexcept { return greeted_; }
    [[nodiscard]] const Recording& recording() const noexcept { return recording_; }
    // How the recording ended, if the recorder said so before it left.
    [[nodiscard]] const std::optional<capture::Ending>& ending() const noexcept { return ending_; }
    // The latest list; nothing if the recorder does not follow children.
    [[nodiscard]] const std::optional<std::vector<Process>>& processes() const noexcept { return processes_; }
    // The latest notice that was not taken yet.
    [[nodiscard]] std::optional<Notice> take_notice() { return std::exchange(notice_, std::nullopt); }
    // Messages of any kind, and updates, so far.
    [[nodiscard]] std::uint64_t messages() const noexcept { return messages_; }
    [[nodiscard]] std::uint64_t updates() const noexcept { return updates_; }
    // What `since` was made for has gone.
    void forget_since() {
        recording_.since.clear();
        recording_.has_since = false;
    }

private:
    void send(const capture::Bytes& message);
    void handle(const capture::Bytes& frame);

    base::UniqueFd socket_;
    FrameReader incoming_{kLongestAnswer};
    bool greeted_{false};
    Recording recording_;
    std::optional<capture::Ending> ending_;
    std::optional<Notice> notice_;
    std::optional<std::vector<Process>> processes_;
    std::uint64_t messages_{0};
    std::uint64_t updates_{0};
};

}  // namespace memray::live
