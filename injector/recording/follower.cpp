// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/recording/follower.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <vector>

#include "injector/base/descriptors.h"
#include "injector/base/error.h"
#include "injector/base/printable.h"
#include "injector/recording/children_recorder.h"
#include "injector/recording/oom_counter.h"

namespace memray::recording {
namespace {

using injection::Channel;
using injection::Message;

int run_recorder(FollowRequest request, base::UniqueFd line) {
    ::setsid();  // what the terminal sends is for the program
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2}) {
        ::signal(number, SIG_IGN);
    }
    avoid_oom_killer();
    base::close_standard_input();
    if (request.silent) { base::close_standard_streams(); }
    const int region = request.memory.region ? request.memory.region->get() : -1;
    base::close_all_but({request.memory.pool.get(), region, line.get()});
    try {
        ChildrenRecorder(std::move(request), Channel(std::move(line))).run();
    } catch (const std::exception& error) {
        base::tell(fmt::format("child processes are not recorded: {}", error.what()));
        return 1;
    }
    return 0;
}

Followed summary(const ChildCounts& count, const std::string& path) {
    Followed followed{count.first, count.recorded - (count.first ? 1 : 0), {}};
    std::vector<std::string> parts;
    if (followed.others > 0) {
        const char* processes = followed.others == 1 ? "child process" : "child processes";
        parts.push_back(path.empty() ? fmt::format("{} {} watched", followed.others, processes)
                                     : fmt::format("{} {} into {}.<pid>", followed.others, processes, path));
    }
    if (count.running > 0 && !path.empty()) {
        parts.push_back(fmt::format("{} of them still run and are recorded on", count.running));
    }
    if (count.unrecorded > 0) { parts.push_back(fmt::format("{} could not be recorded", count.unrecorded)); }
    followed.text = fmt::format("{}", fmt::join(parts, ", "));
    return followed;
}

}  // namespace

Follower::Follower(FollowRequest request) : path_(request.order.capture.path) {
    base::SocketPair line(SOCK_SEQPACKET);
    std::fflush(nullptr);  // what is buffered here is said once
    process_ = base::ChildProcess([&] {
        line.ours.reset();
        return run_recorder(std::move(request), std::move(line.theirs));
    });
    channel_.emplace(std::move(line.ours));
}

Follower::~Follower() {
    channel_.reset();
    process_.try_wait();
}

void Follower::trace(pid_t pid, const std::string& output) {
    path_ = output;
    channel_->send_value(Message::kTrace, TraceOrder{pid, injection::FixedText<PATH_MAX>(output)});
    const auto answer = channel_->receive(std::nullopt);
    if (!answer) { throw base::Error("The process that records has died"); }
    if (answer->kind == Message::kError) { throw base::Error(answer->text); }
}

Followed Follower::finish() {
    channel_->send(Message::kGo);
    const auto done = channel_->receive(std::nullopt);
    if (!done) { return {false, 0, "the process that recorded child processes has died"}; }
    return summary(done->value<ChildCounts>(), path_);
}

}  // namespace memray::recording
