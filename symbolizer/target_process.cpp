// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/target_process.h"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <sstream>

#include "injector/base/file.h"
#include "injector/base/process_status.h"

namespace memray::symbolizer {
namespace {

constexpr std::int64_t kClockSlackMs = 2000;

// The number behind `key` at the begin of a line.
std::optional<std::int64_t> number_after(const std::string& text, const std::string& key) {
    const std::size_t at = text.find("\n" + key + " ");
    if (at == std::string::npos) { return {}; }
    return std::strtoll(text.c_str() + at + key.size() + 2, nullptr, 10);
}

// When a process started, in milliseconds since the epoch.
std::optional<std::int64_t> start_of(const std::string& folder) {
    const auto stat = base::try_read_file(folder + "/stat");
    const auto boot = number_after(base::try_read_file("/proc/stat").value_or(""), "btime");
    if (!stat || !boot) { return {}; }
    const std::size_t name_end = stat->rfind(')');
    if (name_end == std::string::npos) { return {}; }
    std::istringstream fields(stat->substr(name_end + 1));
    std::string field;
    for (int number = 3; number <= 22; ++number) { fields >> field; }  // proc(5): starttime is the 22nd
    return *boot * 1000 + std::strtoll(field.c_str(), nullptr, 10) * 1000 / ::sysconf(_SC_CLK_TCK);
}

}  // namespace

TargetProcess::TargetProcess(const capture::Profile& profile) {
    const std::string folder = "/proc/" + std::to_string(profile.metadata.pid);
    const auto start = start_of(folder);
    if (profile.metadata.pid <= 0 || !start || *start > profile.metadata.start_ms + kClockSlackMs) { return; }
    read_mappings(folder);
    const bool same = std::any_of(profile.modules.begin(), profile.modules.end(), [&](const auto& module) {
        return module.kind != capture::ModuleKind::kVdso &&
               std::any_of(mappings_.begin(), mappings_.end(),
                           [&](const Mapping& mapping) { return mapping.path.starts_with(module.path); });
    });
    const auto status = base::ProcessStatus::in(folder);
    if (same && status) {
        owner_ = static_cast<uid_t>(status->number("Uid"));
        folder_ = folder;
        root_ = folder + "/root";
    }
}

void TargetProcess::read_mappings(const std::string& folder) {
    std::istringstream lines(base::try_read_file(folder + "/maps").value_or(""));
    for (std::string line; std::getline(lines, line);) {
        const std::size_t path = line.find('/');
        if (path != std::string::npos) { mappings_.push_back({line.substr(0, line.find(' ')), line.substr(path)}); }
    }
}

std::string TargetProcess::deleted_file(const std::string& path) const {
    for (const Mapping& mapping : mappings_) {
        if (mapping.path == path + " (deleted)") { return folder_ + "/map_files/" + mapping.range; }
    }
    return {};
}

}  // namespace memray::symbolizer
