// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/live/server.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "cli/live/local_port.h"

namespace memray::live {
namespace {

using Clock = Viewer::Clock;

constexpr std::chrono::milliseconds kBetweenLooks{10};
constexpr std::chrono::milliseconds kBetweenLists{400};
constexpr std::chrono::seconds kLinger{1};
constexpr std::size_t kMaxViewers = 64;

}  // namespace

void Server::listen(int port) {
    listener_ = listen_on(port);
    port_ = port_of(listener_.get());
}

void Server::adopt(base::UniqueFd socket) { viewers_.emplace_back(std::move(socket), metadata_); }

void Server::accept() {
    while (listener_ && viewers_.size() < kMaxViewers) {
        base::UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (!socket) { return; }
        if (is_from_this_user(socket.get())) { adopt(std::move(socket)); }
    }
}

void Server::receive() {
    std::erase_if(viewers_, [](Viewer& viewer) { return !viewer.receive(); });
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
    std::erase_if(viewers_, [](Viewer& viewer) { return !viewer.send(); });
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

bool Server::wait_for_viewer(int gone) {
    for (;;) {
        accept();
        receive();
        for (Viewer& viewer : viewers_) {
            if (viewer.greeted()) { return true; }
        }
        std::vector<pollfd> waiting{{gone, POLLIN, 0}, {listener_.get(), POLLIN, 0}};
        for (const Viewer& viewer : viewers_) { waiting.push_back({viewer.fd(), POLLIN, 0}); }
        ::poll(waiting.data(), waiting.size(), -1);
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

void Server::finish(collector::Recorder& recorder, const capture::Ending& ending) {
    listener_.reset();
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
