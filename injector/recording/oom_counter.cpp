// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/recording/oom_counter.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "injector/base/file.h"

namespace memray::recording {
namespace {

// The path in a line "ID:CONTROLLER:PATH" of /proc/PID/cgroup; version 2 has no controller.
std::string cgroup_of(pid_t pid, const std::string& controller) {
    std::istringstream lines(base::try_read_file("/proc/" + std::to_string(pid) + "/cgroup").value_or(""));
    for (std::string line; std::getline(lines, line);) {
        const std::size_t first = line.find(':');
        const std::size_t second = line.find(':', first + 1);
        if (second == std::string::npos) { continue; }
        if (line.substr(first + 1, second - first - 1) == controller) { return line.substr(second + 1); }
    }
    return {};
}

bool is_there(const std::string& file) { return std::ifstream(file).good(); }

std::uint64_t number_after(const std::string& text, const std::string& name) {
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        std::uint64_t value = 0;
        if (word == name && words >> value) { return value; }
    }
    return 0;
}

}  // namespace

OomCounter::OomCounter(pid_t pid) : counter_("/proc/vmstat") {
    const std::string second = cgroup_of(pid, "");
    for (const char* root : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
        if (!is_there(root + second + "/memory.events")) { continue; }
        counter_ = root + second + "/memory.events";
        usage_ = root + second + "/memory.peak";
    }
    const std::string first = "/sys/fs/cgroup/memory" + cgroup_of(pid, "memory");
    if (is_there(first + "/memory.oom_control")) {
        counter_ = first + "/memory.oom_control";
        usage_ = first + "/memory.max_usage_in_bytes";
    }
    before_ = kills();
}

std::uint64_t OomCounter::kills() const { return number_after(base::try_read_file(counter_).value_or(""), "oom_kill"); }

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
