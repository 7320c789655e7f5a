// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/recording/attached_recording.h"

#include <fmt/format.h>

#include "injector/recording/exit_command.h"
#include "injector/recording/process_ending.h"
#include "injector/recording/process_facts.h"
#include "injector/recording/unknown_python.h"
#include "injector/base/error.h"
#include "injector/base/process.h"

namespace memray::recording {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kStep{20};
constexpr std::chrono::milliseconds kReading{1};  // of the last events, while the target is entered again

capture::Metadata metadata_of(const AttachRequest& request, const region::Target& target) {
    capture::Metadata metadata = new_metadata(request.attach.plan, request.recorder.aggregate);
    metadata.command_line = fmt::format("{} (attached to process {})", command_line_of(target.pid), target.pid);
    describe_process(target, metadata);
    return metadata;
}

}  // namespace

AttachedRecording::AttachedRecording(const AttachRequest& request)
    : request_(request),
      rendezvous_(request.attach.pid, Rendezvous::Ends::kOnRequest, request.attach.replace),
      attach_(request.attach),
      oom_(request.attach.pid),
      started_(Clock::now()) {
    avoid_oom_killer();
    // Only now: no thread of the target stands still for this. What it allocates meanwhile is in the rings.
    try {
        region::Target& target = attach_.target();
        const capture::Metadata facts = metadata_of(request, target);
        warn_of_unknown_python(target);
        recorder_.emplace(std::move(target.region), target.pid, facts, request.recorder);
        snapshots_.emplace(request.snapshots, request.recorder, *recorder_);
        if (request.attach.plan.follow_forks) {
            follower_.emplace(FollowRequest{std::move(target.children), facts, true, request.recorder, request.output,
                                            request.on_exit, request.snapshots, request.attach.plan,
                                            request.attach.payload, request.board});
        }
    } catch (const base::Error&) {
        leave_target();
        throw;
    }
}

std::optional<capture::Ending> AttachedRecording::ending() {
    const bool over = request_.duration.count() > 0 && Clock::now() - started_ >= request_.duration;
    if (over) { return capture::Ending{capture::EndKind::kDetached, 0}; }
    const int pidfd = attach_.target().pidfd.get();
    if (base::has_ended(pidfd)) { return oom_.explain(ending_of(request_.attach.pid, pidfd)); }
    if (recorder_->status().replaced) { return capture::Ending{capture::EndKind::kReplaced, 0}; }
    return std::nullopt;
}

std::string AttachedRecording::leave_target() {
    try {
        const auto read_on = [this] {
            if (recorder_) { recorder_->step(kReading); }
        };
        static_cast<void>(
            injection::stop_recording(request_.attach.pid, true, request_.attach.timeout, request_.attach.tell, read_on));
        return {};
    } catch (const base::Error& error) { return error.what(); }
}

void AttachedRecording::discard() {
    leave_target();
    recorder_->discard();
}

std::string AttachedRecording::follow(const std::function<bool()>& stop,
                                      const std::function<void(const collector::RecorderStatus&)>& progress) {
    std::optional<capture::Ending> end;
    while (!end) {
        if (recorder_->recording()) {
            recorder_->step(kStep);
        } else {
            wait_for_end(attach_.target().pidfd.get(), kStep);
        }
        snapshots_->step(&rendezvous_);
        const bool detach = rendezvous_.stop_requested() || stop() || !recorder_->status().failure.empty();
        end = detach ? capture::Ending{capture::EndKind::kDetached, 0} : ending();
        progress(recorder_->status());
    }
    ended_ = *end;
    std::string trouble;
    if (end->kind == capture::EndKind::kDetached) { trouble = leave_target(); }
    recorder_->finish(*end);
    snapshots_->end(&rendezvous_);
    attach_.release_memory();
    if (!recorder_->status().failure.empty()) { throw base::Error(recorder_->status().failure); }
    run_exit_command(request_.on_exit, request_.recorder.path, *end);
    const std::string& path = request_.recorder.path;
    std::string done = path.empty() ? fmt::format("Watched process {}", request_.attach.pid)
                                    : fmt::format("Recorded process {} into {}", request_.attach.pid, path);
    const std::string children = follower_ ? follower_->finish().text : "";
    if (!children.empty()) { done += "; " + children; }
    return trouble.empty() ? done : fmt::format("{} (the hooks stay in it, switched off: {})", done, trouble);
}

}  // namespace memray::recording
