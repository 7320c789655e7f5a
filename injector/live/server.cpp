// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/live/server.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <vector>

namespace memray::live {
namespace {

using Clock = Viewer::Clock;

constexpr std::chrono::milliseconds kBetweenLooks{10};
constexpr std::chrono::milliseconds kBetweenLists{400};
constexpr int kDeadlineMs = 200;  // so late may somebody be sent away who says nothing
constexpr std::chrono::seconds kLinger{1};
constexpr std::size_t kMaxViewers = 64;

}  // namespace

void Server::adopt(base::UniqueFd socket) { viewers_.emplace_back(std::move(socket), metadata_); }

void Server::accept() {
    while (viewers_.size() < kMaxViewers) {
        base::UniqueFd socket = entrance_.admit();
        if (!socket) { return; }
        adopt(std::move(socket));
    }
}

void Server::receive() {
    std::erase_if(viewers_, [](Viewer& viewer) { return !viewer.receive(); });
}

void Server::send() {
    std::erase_if(viewers_, [](Viewer& viewer) { return !viewer.send(); });
}

void Server::step(collector::Recorder& recorder) {
    const Clock::time_point now = Clock::now();
    if (now < next_look_) { return; }
    next_look_ = now + kBetweenLooks;
    accept();
    receive();
    if (now >= next_processes_) {
        tell_processes(false);
        next_processes_ = now + kBetweenLists;
    }
    for (Viewer& viewer : viewers_) {
        for (const Request request : viewer.take_requests()) { answer(viewer, request, recorder); }
        viewer.update(recorder, now);
    }
    if (const auto news = saver_.take_news()) { tell(*news); }
    send();
}

void Server::answer(Viewer& viewer, Request request, collector::Recorder& recorder) {
    switch (request) {
        case Request::kSave:
            return saver_.save(recorder, static_cast<pid_t>(metadata_.pid));
        case Request::kMark:
            viewer.mark(recorder.mark());
            return;
        case Request::kUnmark:
            viewer.mark(std::nullopt);
            return;
    }
}

bool Server::wait_for_viewer(int gone, const std::function<void()>& meanwhile) {
    for (;;) {
        accept();
        receive();
        const bool met =
            std::any_of(viewers_.begin(), viewers_.end(), [](const Viewer& viewer) { return viewer.greeted(); });
        send();  // forgets those that have left meanwhile
        meanwhile();
        if (met) { return true; }
        std::vector<pollfd> waiting{{gone, POLLIN, 0}};
        entrance_.watch(waiting);
        for (const Viewer& viewer : viewers_) { waiting.push_back({viewer.fd(), POLLIN, 0}); }
        const bool has_deadline = entrance_.has_deadline() || !viewers_.empty();
        ::poll(waiting.data(), waiting.size(), has_deadline ? kDeadlineMs : -1);
        if (waiting[0].revents != 0) { return false; }
    }
}

void Server::tell(const Notice& notice) {
    for (Viewer& viewer : viewers_) { viewer.notify(notice); }
}

std::shared_ptr<ProcessBoard> Server::show_processes() {
    board_ = std::make_shared<ProcessBoard>();
    return board_;
}

void Server::tell_processes(bool last) {
    if (!board_ || viewers_.empty()) { return; }
    const std::vector<Process> processes = board_->read();
    for (Viewer& viewer : viewers_) {
        if (viewer.idle() || last) { viewer.tell(processes); }
    }
}

// Of viewers that have just come: a program may be over before they have said a word.
void Server::await_greetings(Viewer::Clock::time_point end) {
    const auto waits = [](const Viewer& viewer) { return !viewer.greeted(); };
    while (Clock::now() < end && std::any_of(viewers_.begin(), viewers_.end(), waits)) {
        std::erase_if(viewers_, [](Viewer& viewer) { return !viewer.send(); });  // they wait for our greeting
        std::vector<pollfd> waiting;
        for (const Viewer& viewer : viewers_) {
            if (waits(viewer)) { waiting.push_back({viewer.fd(), POLLIN, 0}); }
        }
        ::poll(waiting.data(), waiting.size(), static_cast<int>(kBetweenLooks.count()));
        std::erase_if(viewers_, [&](Viewer& viewer) { return waits(viewer) && !viewer.receive(); });
    }
}

void Server::finish(collector::Recorder& recorder, const capture::Ending& ending) {
    entrance_.close();
    await_greetings(Clock::now() + kLinger);
    tell_processes(true);
    const capture::Profile& last = recorder.look();
    for (Viewer& viewer : viewers_) { viewer.finish(last, recorder.status().events, ending); }
    const Clock::time_point end = Clock::now() + kLinger;
    for (;;) {
        std::erase_if(viewers_, [](Viewer& viewer) { return !viewer.send() || viewer.idle(); });
        if (viewers_.empty() || Clock::now() >= end) { break; }
        std::vector<pollfd> waiting;
        for (const Viewer& viewer : viewers_) { waiting.push_back({viewer.fd(), POLLOUT, 0}); }
        ::poll(waiting.data(), waiting.size(), static_cast<int>(kBetweenLooks.count()));
    }
    viewers_.clear();
}

}  // namespace memray::live
