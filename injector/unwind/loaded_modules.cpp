// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/unwind/loaded_modules.h"

#include <sys/stat.h>

#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

namespace memray::unwind {
namespace {

bool may_hold_code(const elf::MapEntry& map) { return map.path.starts_with('/') || map.path == "[vdso]"; }

}  // namespace

std::vector<ModulePlace> module_places(const std::vector<elf::MapEntry>& maps) {
    std::set<std::pair<std::string_view, std::uint64_t>> with_code;
    for (const elf::MapEntry& map : maps) {
        if (map.executable && may_hold_code(map)) { with_code.emplace(map.path, map.inode); }
    }
    std::vector<ModulePlace> places;
    for (const elf::MapEntry& map : maps) {
        const bool first = map.offset == 0 && map.readable && with_code.contains({map.path, map.inode});
        // The same header again: a segment that was split by a change of protection, or mapped a second time.
        const bool again = !places.empty() && places.back().path == map.path && places.back().inode == map.inode;
        if (first && !again) { places.push_back({map.begin, map.inode, map.path}); }
    }
    return places;
}

std::vector<ModulePlace> read_module_places(pid_t pid) { return module_places(elf::read_maps(pid)); }

std::string path_below_root(pid_t pid, const std::string& path) {
    const std::string link = "/proc/" + std::to_string(pid) + "/root";
    std::error_code error;
    const std::string root = std::filesystem::read_symlink(link, error).string();
    const bool inside = !error && root != "/" && path.starts_with(root + "/");
    return link + (inside ? path.substr(root.size()) : path);
}

FileFacts file_facts(pid_t pid, const ModulePlace& place) {
    struct stat status {};
    if (::stat(path_below_root(pid, place.path).c_str(), &status) != 0 || status.st_ino != place.inode) { return {}; }
    constexpr std::int64_t kNanoseconds = 1'000'000'000;
    return {static_cast<std::uint64_t>(status.st_size), status.st_mtim.tv_sec * kNanoseconds + status.st_mtim.tv_nsec};
}

}  // namespace memray::unwind
