// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/recording/oom_counter.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>

#include "injector/base/file.h"
#include "injector/base/memory_cgroup.h"

namespace memray::recording {

OomCounter::OomCounter(pid_t pid) : counter_("/proc/vmstat") {
    if (const auto cgroup = base::memory_cgroup_of(pid)) {
        counter_ = cgroup->folder + (cgroup->second ? "/memory.events" : "/memory.oom_control");
        usage_ = cgroup->folder + (cgroup->second ? "/memory.peak" : "/memory.max_usage_in_bytes");
    }
    before_ = kills();
}

std::uint64_t OomCounter::kills() const {
    return base::number_after(base::try_read_file(counter_).value_or(""), "oom_kill");
}

capture::Ending OomCounter::explain(capture::Ending ending) const {
    if (ending.kind != capture::EndKind::kSignaled || ending.code != SIGKILL || kills() <= before_) { return ending; }
    const std::string most = usage_.empty() ? "" : base::try_read_file(usage_).value_or("");
    ending.out_of_memory = std::max<std::uint64_t>(std::strtoull(most.c_str(), nullptr, 10), 1);
    return ending;
}

void avoid_oom_killer() {
    // -1000 would be never.
    std::ofstream("/proc/self/oom_score_adj") << "-900";
}

}  // namespace memray::recording
