// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/source/room.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <string>

#include "injector/base/file.h"
#include "injector/base/memory_cgroup.h"
#include "injector/base/process_status.h"

namespace memray::heap {
namespace {

constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();

// The number in a file; unlimited if it holds none, or is not there.
std::uint64_t number_in(const std::string& path) {
    const auto text = base::try_read_file(path);
    if (!text || text->empty() || (*text)[0] < '0' || (*text)[0] > '9') { return kUnlimited; }
    return std::strtoull(text->c_str(), nullptr, 10);
}

// Of one cgroup by itself.
std::uint64_t left_in(const std::string& folder, bool second) {
    const std::uint64_t limit = number_in(folder + (second ? "/memory.max" : "/memory.limit_in_bytes"));
    const std::uint64_t used = number_in(folder + (second ? "/memory.current" : "/memory.usage_in_bytes"));
    if (limit == kUnlimited || used == kUnlimited) { return kUnlimited; }
    const std::string stat = base::try_read_file(folder + "/memory.stat").value_or("");
    const std::string prefix = second ? "" : "total_";
    const std::uint64_t files =
        base::number_after(stat, prefix + "inactive_file") + base::number_after(stat, prefix + "active_file");
    const std::uint64_t taken = used - std::min(used, files);
    return limit - std::min(limit, taken);
}

std::uint64_t available() {
    const base::ProcessStatus memory("\n" + base::try_read_file("/proc/meminfo").value_or(""));
    return memory.bytes("MemAvailable").value_or(kUnlimited);
}

}  // namespace

std::uint64_t memory_left(pid_t pid) {
    std::uint64_t left = available();
    const auto group = base::memory_cgroup_of(pid);
    if (!group) { return left; }
    constexpr std::string_view kRoot = "/sys/fs/cgroup";
    for (std::string folder = group->folder; folder.size() > kRoot.size(); folder.resize(folder.rfind('/'))) {
        left = std::min(left, left_in(folder, group->second));
    }
    return left;
}

std::uint64_t private_memory(pid_t pid) {
    const auto status = base::ProcessStatus::in("/proc/" + std::to_string(pid));
    return status ? status->bytes("RssAnon").value_or(0) : 0;
}

bool counts_promises() { return number_in("/proc/sys/vm/overcommit_memory") == 2; }

}  // namespace memray::heap
