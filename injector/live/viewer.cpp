// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/live/viewer.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "injector/sockets/message.h"

namespace memray::live {
namespace {

constexpr std::chrono::milliseconds kInterval{200};
constexpr std::chrono::milliseconds kSinceInterval{500};
constexpr std::chrono::seconds kHello{5};
constexpr int kShareOfTime = 50;  // one part in, for each viewer

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

// When to do again what began at `started` and is done now.
Viewer::Clock::time_point after(Viewer::Clock::time_point started, std::chrono::milliseconds interval) {
    const Viewer::Clock::time_point now = Viewer::Clock::now();
    return now + std::max<Viewer::Clock::duration>(interval, (now - started) * kShareOfTime);
}

}  // namespace

Viewer::Viewer(base::UniqueFd socket, const capture::Metadata& metadata)
    : socket_(std::move(socket)), hello_until_(Clock::now() + kHello) {
    append_frame(outgoing_, encode_hello(metadata));
}

bool Viewer::receive() {
    std::array<std::uint8_t, 4096> buffer{};
    const auto count = sockets::receive_some(socket_.get(), buffer);
    if (!count) { return false; }
    incoming_.feed({buffer.data(), *count});
    try {
        while (const auto frame = incoming_.next()) {
            if (std::exchange(greeted_, true)) {
                requests_.push_back(decode_request(*frame));
            } else {
                check_viewer_hello(*frame);
            }
        }
    } catch (const base::Error&) { return false; }
    return greeted_ || Clock::now() < hello_until_;
}

bool Viewer::send() {
    if (idle() && notice_) { append_frame(outgoing_, encode_notice(*std::exchange(notice_, std::nullopt))); }
    while (sent_ < outgoing_.size()) {
        const ssize_t count =
            ::send(socket_.get(), outgoing_.data() + sent_, outgoing_.size() - sent_, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count < 0) { return would_block(); }
        sent_ += static_cast<std::size_t>(count);
    }
    outgoing_.clear();
    sent_ = 0;
    return true;
}

void Viewer::update(collector::Recorder& recorder, Clock::time_point now) {
    if (!greeted_ || !idle() || now < next_update_) { return; }
    append_frame(outgoing_, encode_update(recorder.look(), recorder.status().events, known_));
    next_update_ = after(now, kInterval);
    update_since(recorder, Clock::now());
}

void Viewer::tell(const std::vector<Process>& processes) {
    if (!greeted_ || known_processes_ == processes) { return; }
    append_frame(outgoing_, encode_processes(processes));
    known_processes_ = processes;
}

void Viewer::update_since(const collector::Recorder& recorder, Clock::time_point now) {
    if (!mark_ || now < next_since_) { return; }
    std::vector<capture::Amount> amounts = recorder.live_since(*mark_);
    amounts.resize(std::min(amounts.size(), known_.sites));
    append_frame(outgoing_, encode_since(amounts));
    next_since_ = after(now, kSinceInterval);
}

void Viewer::mark(std::optional<collector::Mark> mark) {
    mark_ = std::move(mark);
    next_update_ = next_since_ = {};
}

void Viewer::finish(const capture::Profile& now, std::uint64_t events, const capture::Ending& ending) {
    if (!greeted_) { return; }
    append_frame(outgoing_, encode_update(now, events, known_));
    append_frame(outgoing_, encode_end(ending));
}

}  // namespace memray::live
