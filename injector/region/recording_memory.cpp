// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/region/recording_memory.h"

namespace memray::region {

RecordingMemory::RecordingMemory(RemoteSystem& system, pid_t pid, const RecordingPlan& plan,
                                 const cpython::PythonFacts& facts)
    : flags_(recording_flags(plan, facts)), region_(make_region(system, pid, plan.sizes, flags_, facts.info)) {
    if (!plan.follow_forks) { return; }
    pool_ = std::make_unique<ChildPoolInTarget>(system, pid, facts.info, flags_, plan.follow_execs);
    pool_->announce(region_->descriptor());
}

void RecordingMemory::keep() noexcept {
    region_->keep();
    if (pool_) { pool_->keep(); }
}

}  // namespace memray::region
