// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A process and those that were forked from it, and from those: they share the memory that their recordings are made
// in. The first one may be recorded elsewhere.
#pragma once

#include <chrono>
#include <list>
#include <map>
#include <memory>
#include <string>

#include "injector/pursuit/pursuit.h"
#include "injector/recording/child_recording.h"
#include "injector/region/child_pool.h"
#include "injector/region/controller_lock.h"
#include "injector/region/target.h"

namespace memray::recording {

// All calls must come from one thread.
class RecordedFamily : public std::enable_shared_from_this<RecordedFamily> {
public:
    // `metadata`: of the first process. `memory`: as it was made there. `order` must outlive this. Throws base::Error.
    RecordedFamily(region::ChildMemory memory, capture::Metadata metadata, const Order& order);

    // Records the first process, too. `lock`: of its own recording. Throws base::Error.
    void record_first(region::Target target, std::unique_ptr<region::ControllerLock> lock,
                      const ChildRecording::PathOf& path_of);

    // Handles what has changed since the last time: starts the recordings of new children, with captures named by
    // `path_of`, and ends those of dead ones; has `pursuit`, if there is one, trace those who are about to execute
    // something. Never waits for the disk: children wait for this.
    void step(const ChildRecording::PathOf& path_of, pursuit::Pursuit* pursuit);

    [[nodiscard]] region::ChildPool& pool() noexcept { return pool_; }
    // No process is left that could be recorded. Then this is of no use any more.
    [[nodiscard]] bool is_over();
    // Somebody has ended whose capture is not complete.
    [[nodiscard]] bool is_finishing() const;
    [[nodiscard]] std::size_t recorded() const noexcept { return recorded_; }
    [[nodiscard]] std::size_t running() const noexcept { return recordings_.size(); }
    // Children that found no room or no recorder.
    [[nodiscard]] std::size_t unrecorded() const noexcept { return unrecorded_; }

private:
    void take(const region::ChildPool::Claim& claim, region::PoolMembers& members,
              const ChildRecording::PathOf& path_of);
    void answer(const region::ChildPool::ExecNews& news, region::PoolMembers& members, pursuit::Pursuit& pursuit);
    void trace(const region::ChildPool::ExecNews& news, region::PoolMembers& members, pursuit::Pursuit& pursuit);
    void let_go(std::size_t request);
    void say_unknown(const wire::Caller& caller);
    bool collect();

    capture::Metadata metadata_;
    const Order& order_;
    std::unique_ptr<region::ControllerLock> first_lock_;
    region::ControllerLock lock_;
    region::ChildPool pool_;
    std::list<ChildRecording> recordings_;
    std::map<std::size_t, pid_t> traced_;  // by request: the thread that asked
    std::size_t refused_{0};               // who asked
    bool said_unknown_{false};
    std::size_t recorded_{0};
    std::size_t unrecorded_{0};
    std::chrono::steady_clock::time_point next_look_{};
};

}  // namespace memray::recording
