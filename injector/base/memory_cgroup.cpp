// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/base/memory_cgroup.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <sstream>

#include "injector/base/file.h"

namespace memray::base {
namespace {

// The path in a line "ID:CONTROLLER:PATH" of /proc/PID/cgroup; version 2 has no controller.
std::string path_of(pid_t pid, const std::string& controller) {
    std::istringstream lines(try_read_file("/proc/" + std::to_string(pid) + "/cgroup").value_or(""));
    for (std::string line; std::getline(lines, line);) {
        const std::size_t first = line.find(':');
        const std::size_t second = line.find(':', first + 1);
        if (second == std::string::npos) { continue; }
        if (line.substr(first + 1, second - first - 1) == controller) { return line.substr(second + 1); }
    }
    return {};
}

bool is_there(const std::string& file) { return ::access(file.c_str(), R_OK) == 0; }

}  // namespace

std::optional<MemoryCgroup> memory_cgroup_of(pid_t pid) {
    const std::string first = path_of(pid, "memory");
    const std::string folder = "/sys/fs/cgroup/memory" + first;
    if (is_there(folder + "/memory.oom_control")) { return MemoryCgroup{folder, false, first.size() <= 1}; }
    const std::string second = path_of(pid, "");
    for (const std::string root : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
        if (is_there(root + second + "/memory.events")) { return MemoryCgroup{root + second, true, false}; }
    }
    return {};
}

std::uint64_t number_after(std::string_view text, std::string_view name) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string_view line = text.substr(at, end - at);
        at = end + 1;
        if (!line.starts_with(name) || line.size() <= name.size() || line[name.size()] != ' ') { continue; }
        std::uint64_t value = 0;
        std::from_chars(line.data() + name.size() + 1, line.data() + line.size(), value);
        return value;
    }
    return 0;
}

}  // namespace memray::base
