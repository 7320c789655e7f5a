// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/recording/children_recorder.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "injector/base/descriptors.h"
#include "injector/base/error.h"
#include "injector/base/printable.h"
#include "injector/injection/payload_library.h"
#include "injector/recording/process_facts.h"
#include "injector/sockets/local_socket.h"

namespace memray::recording {
namespace {

constexpr std::chrono::milliseconds kStep{10};

}  // namespace

ChildrenRecorder::ChildrenRecorder(FollowRequest request, injection::Channel channel)
    : request_(std::move(request)),
      channel_(std::move(channel)),
      paths_(request_.order.capture.path, static_cast<pid_t>(request_.metadata.pid), request_.order.output,
             request_.order.capture.overwrite) {
    if (request_.order.plan.follow_execs) { start_pursuit(); }
    if (request_.memory.pool) {
        families_.push_back(
            std::make_shared<RecordedFamily>(std::move(request_.memory), request_.metadata, request_.order));
    }
}

void ChildrenRecorder::start_pursuit() {
    const auto failed = [](pid_t pid, const std::string& why) {
        base::tell(fmt::format("child process {} is not recorded: {}", pid, why));
    };
    payload_ = injection::read_payload(request_.order.payload);
    const auto arrived = [this](const auto& injection) { record(*injection); };
    pursuit_.emplace(pursuit::kDescendants, pursuit::Pursuit::Reports{arrived, failed, {}});
}

void ChildrenRecorder::run() {
    do {
        wait_.begin_look();
        if (pursuit_) { pursuit_->poll(); }
        step_families();
        listen();
        answer_when_done();
        wait();
        if (is_unseen()) { switch_off(); }
    } while (!is_over());
}

void ChildrenRecorder::step_families() {
    for (const auto& family : families_) { family->step(path_of_, pursuit_ ? &*pursuit_ : nullptr); }
}

void ChildrenRecorder::record(injection::Injection& injection) {
    if (!ChildRecording::has_room()) {
        ++gone_.unrecorded;
        return;
    }
    region::Target target;
    auto lock = injection.load(request_.order.plan, payload_, target);
    capture::Metadata metadata = request_.metadata;
    describe_process(target, metadata);
    metadata.command_line = command_line_of(target.pid);
    metadata.start_ms = 0;  // now
    const ChildRecording::PathOf path_of = path_of_arrival(target.pid);
    auto family = std::make_shared<RecordedFamily>(std::move(target.children), metadata, request_.order);
    family->record_first(std::move(target), std::move(lock), path_of);
    families_.push_back(std::move(family));
    injection.start();
}

void ChildrenRecorder::listen() {
    if (!channel_ || asked_ || !channel_->has_news()) { return; }
    const auto message = channel_->receive(std::nullopt);
    if (message && message->kind == injection::Message::kTrace) { return trace_first(message->value<TraceOrder>()); }
    asked_ = message.has_value();
    if (!asked_) { hang_up(); }
}

void ChildrenRecorder::trace_first(const TraceOrder& order) {
    traced_first_ = order.pid;
    request_.order.capture.path = order.output.text();
    paths_.set_first(request_.order.capture.path, traced_first_);
    try {
        pursuit_->trace(traced_first_, {});
        channel_->send(injection::Message::kGo);
    } catch (const base::Error& error) { channel_->send(injection::Message::kError, error.what()); }
}

// The first Python that the command becomes has the output for itself.
ChildRecording::PathOf ChildrenRecorder::path_of_arrival(pid_t pid) {
    if (pid != traced_first_ || first_recorded_) { return path_of_; }
    first_recorded_ = true;
    return [path = request_.order.capture.path](pid_t) { return path; };
}

void ChildrenRecorder::answer_when_done() {
    if (!channel_ || !asked_) { return; }
    const auto finishing = [](const auto& family) { return family->is_finishing(); };
    if (std::any_of(families_.begin(), families_.end(), finishing)) { return; }
    channel_->send_value(injection::Message::kDone, counts());
    hang_up();
}

ChildCounts ChildrenRecorder::counts() const {
    ChildCounts count = gone_;
    count.first = first_recorded_;
    for (const auto& family : families_) {
        count.recorded += family->recorded();
        count.running += family->running();
        count.unrecorded += family->unrecorded();
    }
    return count;
}

// From here on in the background.
void ChildrenRecorder::hang_up() {
    channel_.reset();
    base::close_standard_streams();
}

void ChildrenRecorder::wait() {
    for (const auto& family : families_) { wait_.watch(family->pool().news(), family->pool().seen()); }
    wait_.wait(kStep);
}

bool ChildrenRecorder::is_unseen() const { return !channel_ && request_.order.capture.path.empty(); }

// Recordings that are under way end here: nobody has asked for a capture of them, and their targets notice.
void ChildrenRecorder::switch_off() {
    sockets::LocalListener::remove_all_names();
    ::_exit(0);
}

bool ChildrenRecorder::is_over() {
    if (channel_) { return false; }
    for (auto family = families_.begin(); family != families_.end();) {
        if (!(*family)->is_over()) {
            ++family;
            continue;
        }
        gone_.recorded += (*family)->recorded();
        gone_.unrecorded += (*family)->unrecorded();
        family = families_.erase(family);
    }
    return families_.empty() && (!pursuit_ || pursuit_->is_idle());
}

}  // namespace memray::recording
