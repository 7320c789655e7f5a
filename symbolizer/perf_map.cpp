// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/perf_map.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "injector/base/file.h"

namespace memray::symbolizer {
namespace {

constexpr std::int64_t kSlackMs = 2000;
constexpr off_t kMaxSize = off_t{1} << 28U;

bool is_of_recording(const struct stat& status, const capture::Metadata& metadata) {
    const std::int64_t modified = status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1'000'000;
    return modified >= metadata.start_ms - kSlackMs && modified <= metadata.end_ms + kSlackMs;
}

// As the process was called by itself: its first thread has that number in its own PID namespace.
std::uint64_t own_number(const capture::Profile& profile) {
    const auto& threads = profile.threads;
    const auto main = std::find_if(threads.begin(), threads.end(), [&](const capture::Thread& thread) {
        return thread.id == profile.metadata.main_thread;
    });
    return main != threads.end() ? main->tid : static_cast<std::uint64_t>(profile.metadata.pid);
}

// Anybody may have made a file of that name. Whose a process was that is gone is not known: root takes anybody's.
bool is_trusted(const struct stat& status, const TargetProcess& target) {
    if (status.st_uid == 0) { return true; }
    return target.root().empty() ? status.st_uid == ::geteuid() || ::geteuid() == 0 : status.st_uid == target.owner();
}

}  // namespace

PerfMap::PerfMap(const std::string& content) {
    std::istringstream lines(content);
    for (std::string line; std::getline(lines, line);) {
        char* rest = nullptr;
        const std::uint64_t begin = std::strtoull(line.c_str(), &rest, 16);
        const std::uint64_t size = std::strtoull(rest, &rest, 16);
        if (size == 0 || begin + size < begin || *rest != ' ' || rest[1] == '\0') { continue; }
        add(begin, {begin + size, rest + 1});
    }
}

void PerfMap::add(std::uint64_t begin, Range range) {
    auto at = ranges_.lower_bound(begin);
    if (at != ranges_.begin() && std::prev(at)->second.end > begin) { std::prev(at)->second.end = begin; }
    while (at != ranges_.end() && at->first < range.end) { at = ranges_.erase(at); }
    ranges_.insert_or_assign(begin, std::move(range));
}

PerfMap PerfMap::of(const capture::Profile& profile, const Options& options, const TargetProcess& target) {
    const std::string root = options.sysroot.empty() ? target.root() : options.sysroot;
    const std::string path = root + "/tmp/perf-" + std::to_string(own_number(profile)) + ".map";
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_size > kMaxSize) { return {}; }
    if (!is_trusted(status, target)) { return {}; }
    if (target.root().empty() && !is_of_recording(status, profile.metadata)) { return {}; }
    return PerfMap(base::try_read_file(path).value_or(""));
}

std::string PerfMap::name_at(std::uint64_t address) const {
    const auto next = ranges_.upper_bound(address);
    if (next == ranges_.begin() || address >= std::prev(next)->second.end) { return {}; }
    return std::prev(next)->second.name;
}

}  // namespace memray::symbolizer
