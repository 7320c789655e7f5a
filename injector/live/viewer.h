// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// One viewer as the recorder sees it. There is at most one update on its way to it: the next is made when that has
// gone, from the newest state. So a slow viewer sees fewer updates, a stopped one none, and neither costs anything.
#pragma once

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "injector/base/unique_fd.h"
#include "injector/collector/recorder.h"
#include "injector/live/frame_stream.h"
#include "injector/live/protocol.h"

namespace memray::live {

class Viewer {
public:
    using Clock = std::chrono::steady_clock;

    // `socket` does not block.
    Viewer(base::UniqueFd socket, const capture::Metadata& metadata);

    // Reads requests. False if the viewer has gone, does not say hello, or says what none of ours would say.
    [[nodiscard]] bool receive();
    [[nodiscard]] std::vector<Request> take_requests() { return std::exchange(requests_, {}); }
    // Sends what waits. False if the viewer has gone.
    [[nodiscard]] bool send();

    [[nodiscard]] int fd() const noexcept { return socket_.get(); }
    // It has said hello.
    [[nodiscard]] bool greeted() const noexcept { return greeted_; }
    // Everything has been sent.
    [[nodiscard]] bool idle() const noexcept { return outgoing_.empty(); }

    // Makes an update if it is time for one, and if the last has gone.
    void update(collector::Recorder& recorder, Clock::time_point now);
    // Tells which processes there are, if that is new to it.
    void tell(const std::vector<Process>& processes);
    // The last one.
    void finish(const capture::Profile& now, std::uint64_t events, const capture::Ending& ending);
    // In time, if the viewer reads; of several that wait the last.
    void notify(const Notice& notice) { notice_ = notice; }
    void mark(std::optional<collector::Mark> mark);

private:
    void update_since(const collector::Recorder& recorder, Clock::time_point now);

    base::UniqueFd socket_;
    FrameReader incoming_{kLongestRequest};
    Clock::time_point hello_until_;
    bool greeted_{false};
    std::optional<Notice> notice_;
    std::vector<Request> requests_;
    capture::Bytes outgoing_;
    std::size_t sent_{0};  // of `outgoing_`
    KnownRows known_;
    std::optional<std::vector<Process>> known_processes_;
    Clock::time_point next_update_{};
    std::optional<collector::Mark> mark_;
    Clock::time_point next_since_{};
};

}  // namespace memray::live
