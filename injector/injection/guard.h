// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A small process of its own that traces the target. Whatever happens to the process that records, even SIGKILL: the
// guard finishes what it has begun in the target and lets it go.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "injector/base/unique_fd.h"

namespace memray::injection {

using Moment = std::chrono::steady_clock::time_point;

struct Message {
    enum Kind : char {
        kNote = 'n',      // text: what was done
        kError = 'e',     // text: why it failed; the last one
        kChildren = 'c',  // fd: the memory for forked children; text: its address in the target
        kReady = 'r',     // waits for kGo, or for the other side to hang up
        kGo = 'g',
        kTrace = 't',  // text: process id and output; wants kGo
        kDone = 'd',   // the last one
    };
    Kind kind;
    std::string text;
    base::UniqueFd fd;
};

// One end of the line between the two.
class Channel {
public:
    explicit Channel(base::UniqueFd socket) : socket_(std::move(socket)) {}

    // Nobody may be listening any more; that is for receive() to find out.
    void send(Message::Kind kind, const std::string& text = {}, int fd = -1) const noexcept;
    // Nothing if the other side is gone, or at the deadline.
    [[nodiscard]] std::optional<Message> receive(std::optional<Moment> deadline) const;
    // Whether receive() would return at once.
    [[nodiscard]] bool has_news() const;

private:
    base::UniqueFd socket_;
};

class Guard {
public:
    using Work = std::function<void(const Channel&)>;
    using Tell = std::function<void(const std::string&)>;
    using Meanwhile = std::function<void()>;

    // Forks; the guard runs `work`, in which a base::Error is sent as kError. `meanwhile`, which may be empty, is
    // called again and again in expect(). Throws base::Error.
    Guard(const Work& work, Tell tell, Meanwhile meanwhile = {});
    // Hangs up.
    ~Guard();
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

    // The next message, which must be of that kind; notes on the way are told. Throws base::Error: what a kError says,
    // or that nothing came.
    Message expect(Message::Kind kind, Moment deadline);
    void send(Message::Kind kind) const { channel_->send(kind); }

private:
    void wait_for_news(Moment deadline) const;

    Tell tell_;
    Meanwhile meanwhile_;
    pid_t pid_{0};
    std::optional<Channel> channel_;
};

}  // namespace memray::injection
