// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A small process of its own that traces the target. Whatever happens to the process that records, even SIGKILL: the
// guard finishes what it has begun in the target and lets it go.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "injector/base/child_process.h"
#include "injector/injection/channel.h"

namespace memray::injection {

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
    base::ChildProcess process_;
    std::optional<Channel> channel_;
};

}  // namespace memray::injection
