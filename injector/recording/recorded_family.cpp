// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/recording/recorded_family.h"

#include <fmt/format.h>

#include <algorithm>

#include "injector/base/error.h"
#include "injector/base/printable.h"
#include "injector/base/process.h"
#include "injector/recording/process_facts.h"

namespace memray::recording {
namespace {

using Clock = std::chrono::steady_clock;
using wire::ExecState;
constexpr std::chrono::milliseconds kBetweenLooks{100};

}  // namespace

RecordedFamily::RecordedFamily(region::ChildMemory memory, capture::Metadata metadata, const Order& order)
    : metadata_(std::move(metadata)),
      order_(order),
      lock_(memory.region->get(), region::ControllerLock::Of::kChildren),
      pool_(memory) {
    pool_.prepare();
}

void RecordedFamily::record_first(region::Target target, std::unique_ptr<region::ControllerLock> lock,
                                  const ChildRecording::PathOf& path_of) {
    first_lock_ = std::move(lock);
    recordings_.emplace_back(
        ChildRecording::Child{target.pid, std::move(target.pidfd), std::nullopt, std::move(target.region)}, path_of,
        metadata_, order_);
    ++recorded_;
}

void RecordedFamily::step(const ChildRecording::PathOf& path_of, pursuit::Pursuit* pursuit) {
    if (collect()) { pool_.prepare(); }
    unrecorded_ = pool_.unrecorded() + refused_;
    if (!pool_.look()) { return; }
    pool_.prepare();
    const std::vector<region::ChildPool::Claim> claims = pool_.claims();
    const std::vector<region::ChildPool::ExecNews> exec_news =
        pursuit == nullptr ? std::vector<region::ChildPool::ExecNews>() : pool_.exec_news();
    region::PoolMembers members = pool_.members();
    for (const region::ChildPool::Claim& claim : claims) { take(claim, members, path_of); }
    for (const region::ChildPool::ExecNews& news : exec_news) { answer(news, members, *pursuit); }
}

void RecordedFamily::take(const region::ChildPool::Claim& claim, region::PoolMembers& members,
                          const ChildRecording::PathOf& path_of) {
    if (!ChildRecording::has_room()) { return pool_.refuse(claim.place); }
    auto child = members.find(claim.caller);
    if (!child) {
        say_unknown(claim.caller);
        return pool_.refuse(claim.place);
    }
    const pid_t pid = child->process;
    capture::Metadata metadata = metadata_;
    describe_forked(pid, metadata);
    metadata.start_ms = 0;  // now
    try {
        recordings_.emplace_back(
            ChildRecording::Child{pid, std::move(child->pidfd), claim.place, pool_.region(claim.place)}, path_of,
            metadata, order_);
        ++recorded_;
        pool_.accept(claim.place, pid);
    } catch (const std::exception& error) {
        base::tell(fmt::format("child process {} is not recorded: {}", pid, error.what()));
        pool_.refuse(claim.place);
    }
}

void RecordedFamily::answer(const region::ChildPool::ExecNews& news, region::PoolMembers& members,
                            pursuit::Pursuit& pursuit) {
    const auto traced = traced_.find(news.request);
    if (news.state == ExecState::kAsked && traced == traced_.end()) { return trace(news, members, pursuit); }
    if (news.state == ExecState::kReleasing && traced != traced_.end()) { return pursuit.release(traced->second); }
    pool_.answer_exec(news.request, news.state, ExecState::kFree);  // nobody's who keeps to the rules
}

void RecordedFamily::trace(const region::ChildPool::ExecNews& news, region::PoolMembers& members,
                           pursuit::Pursuit& pursuit) {
    const auto member = members.find(news.caller);
    if (!member) {
        say_unknown(news.caller);
        ++refused_;
        pool_.answer_exec(news.request, ExecState::kAsked, ExecState::kFree);
        return;
    }
    try {
        pursuit.trace(member->thread, [family = weak_from_this(), request = news.request] {
            if (const auto alive = family.lock()) { alive->let_go(request); }
        });
        traced_[news.request] = member->thread;
        // Only now it cannot end, and its number go to somebody else, without our knowing.
        const bool heard =
            members.has_pool_mapped(*member) && pool_.answer_exec(news.request, ExecState::kAsked, ExecState::kTraced);
        if (!heard) { pursuit.release(member->thread); }
    } catch (const base::Error& error) {
        // Dead, or traced by somebody else.
        pool_.answer_exec(news.request, ExecState::kAsked, ExecState::kFree);
        base::tell(fmt::format("what process {} executes is not recorded: {}", member->process, error.what()));
    }
}

// The thread that asked is not traced any more.
void RecordedFamily::let_go(std::size_t request) {
    traced_.erase(request);
    for (const ExecState state : {ExecState::kAsked, ExecState::kTraced, ExecState::kReleasing}) {
        pool_.answer_exec(request, state, ExecState::kFree);
    }
}

// Once: whoever writes what is not true can do so for ever.
void RecordedFamily::say_unknown(const wire::Caller& caller) {
    if (said_unknown_) { return; }
    said_unknown_ = true;
    base::tell(fmt::format(
        "a process that calls itself {} is not recorded: it has ended, is not to be seen from here, or does "
        "not belong to the program",
        caller.process));
}

// True if there is room again in the pool.
bool RecordedFamily::collect() {
    bool given_back = false;
    for (auto recording = recordings_.begin(); recording != recordings_.end();) {
        if (!recording->is_over()) {
            ++recording;
            continue;
        }
        const auto place = recording->place();
        recording = recordings_.erase(recording);
        if (place) { pool_.give_back(*place); }
        given_back = given_back || place;
    }
    return given_back;
}

bool RecordedFamily::is_over() {
    if (!recordings_.empty() || Clock::now() < next_look_) { return false; }
    next_look_ = Clock::now() + kBetweenLooks;
    return pool_.is_deserted();
}

bool RecordedFamily::is_finishing() const {
    const auto ended = [](const ChildRecording& recording) { return recording.child_has_ended(); };
    return std::any_of(recordings_.begin(), recordings_.end(), ended);
}

}  // namespace memray::recording
