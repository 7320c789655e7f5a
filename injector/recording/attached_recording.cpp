// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/recording/attached_recording.h"

#include <fmt/format.h>

#include "injector/base/error.h"
#include "injector/recording/oom_counter.h"
#include "injector/recording/process_facts.h"

namespace memray::recording {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kReading{1};  // of the last events, while the target is entered again

AttachRequest completed(AttachRequest request) {
    request.attach.plan = request.order.plan;
    request.attach.payload = request.order.payload;
    return request;
}

capture::Metadata metadata_of(const AttachRequest& request, const region::Target& target) {
    capture::Metadata metadata = new_metadata(request.order);
    metadata.command_line = fmt::format("{} (attached to process {})", command_line_of(target.pid), target.pid);
    describe_process(target, metadata);
    metadata.beginning = capture::Beginning::kAttached;
    return metadata;
}

// Before the target is touched.
std::unique_ptr<Rendezvous> claim(const injection::AttachOptions& options) {
    return std::make_unique<Rendezvous>(options.pid, Rendezvous::Ends::kOnRequest, options.replace);
}

}  // namespace

AttachedRecording::AttachedRecording(AttachRequest request)
    : request_(completed(std::move(request))),
      rendezvous_(claim(request_.attach)),
      attach_(request_.attach),
      watch_(request_.attach.pid, attach_.target().pidfd.get(), ProcessWatch::Reaped::kElsewhere),
      started_(Clock::now()) {
    avoid_oom_killer();
    try {
        start();
    } catch (const base::Error&) {
        leave_target();
        throw;
    }
}

// No thread of the target stands still for this. What it allocates meanwhile is in the rings.
void AttachedRecording::start() {
    region::Target& target = attach_.target();
    const capture::Metadata facts = metadata_of(request_, target);
    warn_of_unknown_python(target);
    recording_.emplace(std::move(target.region), target.pid, facts, request_.order, request_.order.capture.path);
    recording_->listen(std::move(rendezvous_));
    if (request_.order.plan.follow_forks) {
        follower_.emplace(FollowRequest{request_.order, std::move(target.children), facts, true});
    }
}

bool AttachedRecording::is_time_over() const {
    return request_.duration.count() > 0 && Clock::now() - started_ >= request_.duration;
}

std::string AttachedRecording::leave_target() {
    try {
        const auto read_on = [this] {
            if (recording_) { recorder().step(kReading); }
        };
        static_cast<void>(injection::stop_recording(request_.attach.pid, true, request_.attach.timeout,
                                                    request_.attach.tell, read_on));
        return {};
    } catch (const base::Error& error) { return error.what(); }
}

void AttachedRecording::discard() {
    leave_target();
    recording_->discard();
}

std::string AttachedRecording::follow(const std::function<bool()>& stop,
                                      const std::function<void(const collector::RecorderStatus&)>& progress) {
    ended_ = recording_->run(watch_, Recording::kRelaxed, [&](const auto& status) -> std::optional<capture::Ending> {
        progress(status);
        const bool detach =
            recording_->rendezvous()->stop_requested() || stop() || !status.failure.empty() || is_time_over();
        return detach ? std::optional(capture::Ending{capture::EndKind::kDetached, 0}) : std::nullopt;
    });
    const std::string trouble = ended_.kind == capture::EndKind::kDetached ? leave_target() : "";
    recording_->finish(ended_);
    attach_.release_memory();
    if (!recording_->failure().empty()) { throw base::Error(recording_->failure()); }
    recording_->announce(ended_);
    return conclusion(trouble);
}

std::string AttachedRecording::conclusion(const std::string& trouble) {
    const std::string& path = request_.order.capture.path;
    std::string done = path.empty() ? fmt::format("Watched process {}", request_.attach.pid)
                                    : fmt::format("Recorded process {} into {}", request_.attach.pid, path);
    const std::string children = follower_ ? follower_->finish().text : "";
    if (!children.empty()) { done += "; " + children; }
    return trouble.empty() ? done : fmt::format("{} (the hooks stay in it, switched off: {})", done, trouble);
}

}  // namespace memray::recording
