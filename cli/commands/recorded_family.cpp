// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/recorded_family.h"

#include <fmt/format.h>

#include <algorithm>

#include "injector/base/error.h"
#include "injector/base/printable.h"
#include "injector/base/process.h"

namespace memray::cli {
namespace {

using Clock = std::chrono::steady_clock;
using wire::ExecState;
constexpr std::chrono::milliseconds kBetweenLooks{100};

}  // namespace

RecordedFamily::RecordedFamily(session::ChildMemory memory, capture::Metadata metadata,
                               collector::RecorderOptions options, std::string on_exit, SnapshotOptions snapshots,
                               std::shared_ptr<live::ProcessBoard> board)
    : metadata_(std::move(metadata)),
      options_(std::move(options)),
      on_exit_(std::move(on_exit)),
      snapshots_(snapshots),
      board_(std::move(board)),
      lock_(memory.region.get(), session::ControllerLock::Of::kChildren),
      pool_(std::move(memory.pool), memory.flags) {
    pool_.prepare();
}

void RecordedFamily::record_first(session::Pursuit::Arrival arrival, const ChildRecording::PathOf& path_of) {
    first_lock_ = std::move(arrival.lock);
    session::Target& target = arrival.target;
    recordings_.emplace_back(
        ChildRecording::Child{target.pid, std::move(target.pidfd), std::nullopt, std::move(target.region)}, path_of,
        metadata_, options_, on_exit_, snapshots_, board_.get());
    ++recorded_;
}

void RecordedFamily::step(const ChildRecording::PathOf& path_of, session::Pursuit* pursuit) {
    if (collect()) { pool_.prepare(); }
    unrecorded_ = pool_.unrecorded();
    if (!pool_.look()) { return; }
    pool_.prepare();
    for (const session::ChildPool::Claim& claim : pool_.claims()) { take(claim, path_of); }
    if (pursuit == nullptr) { return; }
    for (const session::ChildPool::ExecNews& news : pool_.exec_news()) { answer(news, *pursuit); }
}

void RecordedFamily::take(const session::ChildPool::Claim& claim, const ChildRecording::PathOf& path_of) {
    if (!ChildRecording::has_room()) { return pool_.refuse(claim.place); }
    base::UniqueFd pidfd = base::try_open_pidfd(claim.pid);
    if (!pidfd) { return pool_.give_back(claim.place); }  // it is dead already
    capture::Metadata metadata = metadata_;
    metadata.pid = claim.pid;
    metadata.start_ms = 0;  // now
    try {
        recordings_.emplace_back(
            ChildRecording::Child{claim.pid, std::move(pidfd), claim.place, pool_.region(claim.place)}, path_of,
            metadata, options_, on_exit_, snapshots_, board_.get());
        ++recorded_;
        pool_.accept(claim.place);
    } catch (const std::exception& error) {
        base::tell(fmt::format("child process {} is not recorded: {}", claim.pid, error.what()));
        pool_.refuse(claim.place);
    }
}

void RecordedFamily::answer(const session::ChildPool::ExecNews& news, session::Pursuit& pursuit) {
    if (news.state == ExecState::kReleasing) { return pursuit.release(news.thread); }
    try {
        pursuit.trace(news.thread, [family = weak_from_this(), news] {
            const auto alive = family.lock();
            if (!alive) { return; }
            alive->pool_.answer_exec(news.request, ExecState::kTraced, ExecState::kFree);
            alive->pool_.answer_exec(news.request, ExecState::kReleasing, ExecState::kFree);
        });
        const bool heard = pool_.answer_exec(news.request, ExecState::kAsked, ExecState::kTraced);
        if (!heard) { pursuit.release(news.thread); }
    } catch (const base::Error& error) {
        // Dead, or traced by somebody else.
        pool_.answer_exec(news.request, ExecState::kAsked, ExecState::kFree);
        base::tell(fmt::format("what process {} executes is not recorded: {}", news.thread, error.what()));
    }
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

}  // namespace memray::cli
