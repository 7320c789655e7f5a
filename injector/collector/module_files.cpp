// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/module_files.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <sstream>
#include <string_view>
#include <utility>

#include "injector/base/error.h"
#include "injector/elf/memory_map.h"
#include "injector/elf/symbols_only.h"

namespace memray::collector {
namespace {

using Identity = std::pair<dev_t, ino_t>;

constexpr std::size_t kMostHeld = 1024;  // files

// What all recordings of this process hold.
class HeldFiles {
public:
    ModuleFile get(const Identity& identity, const std::string& path) {
        const std::lock_guard lock(mutex_);
        if (ModuleFile known = files_[identity].lock()) { return known; }
        std::erase_if(files_, [](const auto& entry) { return entry.second.expired(); });
        if (files_.size() >= kMostHeld) { return nullptr; }
        base::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
        if (!fd) { return nullptr; }
        auto file = std::make_shared<const base::UniqueFd>(std::move(fd));
        files_[identity] = file;
        return file;
    }

private:
    std::mutex mutex_;
    std::map<Identity, std::weak_ptr<const base::UniqueFd>> files_;
};

HeldFiles& held_files() {
    static HeldFiles files;
    return files;
}

// Looked at before it is opened for reading: opening a device can do something.
ModuleFile open_if_it_is(const std::string& path, std::uint64_t inode) {
    const base::UniqueFd found(::open(path.c_str(), O_PATH | O_CLOEXEC));
    struct stat status {};
    if (!found || ::fstat(found.get(), &status) != 0) { return nullptr; }
    if (!S_ISREG(status.st_mode) || status.st_ino != inode) { return nullptr; }
    return held_files().get({status.st_dev, status.st_ino}, "/proc/self/fd/" + std::to_string(found.get()));
}

// The link of the mapping that begins there; empty if there is none.
std::string link_of_mapping(pid_t pid, base::RemoteAddr begin) {
    try {
        for (const elf::MapEntry& map : elf::read_maps(pid)) {
            if (map.begin != begin) { continue; }
            std::ostringstream path;
            path << "/proc/" << pid << "/map_files/" << std::hex << map.begin.value() << '-' << map.end.value();
            return path.str();
        }
    } catch (const base::Error&) {  // it has ended
    }
    return {};
}

bool is_at(const std::string& path, const base::UniqueFd& file) {
    struct stat here {};
    struct stat held {};
    return ::stat(path.c_str(), &here) == 0 && ::fstat(file.get(), &held) == 0 && here.st_dev == held.st_dev &&
           here.st_ino == held.st_ino;
}

}  // namespace

ModuleFile open_module(pid_t pid, const unwind::ModulePlace& place) {
    if (!place.path.starts_with('/')) { return nullptr; }
    if (ModuleFile file = open_if_it_is("/proc/" + std::to_string(pid) + "/root" + place.path, place.inode)) {
        return file;
    }
    return open_if_it_is(link_of_mapping(pid, place.header), place.inode);
}

std::string symbols_to_keep(const capture::Module& module, const ModuleFile& file, std::size_t limit) {
    if (!file || is_at(module.path, *file)) { return {}; }
    return elf::symbols_only(file->get(), limit).value_or("");
}

}  // namespace memray::collector
