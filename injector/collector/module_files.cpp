// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/module_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <sstream>
#include <string_view>
#include <utility>

#include "injector/base/error.h"
#include "injector/elf/mapped_symbols.h"
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

// Through the root of the process, or, where it has no name any more, through /proc/PID/map_files, which takes
// CAP_CHECKPOINT_RESTORE or CAP_SYS_ADMIN (proc(5)). Null if it cannot be had.
ModuleFile open_module(pid_t pid, const unwind::ModulePlace& place) {
    if (!place.path.starts_with('/')) { return nullptr; }
    if (ModuleFile file = open_if_it_is(unwind::path_below_root(pid, place.path), place.inode)) { return file; }
    return open_if_it_is(link_of_mapping(pid, place.header), place.inode);
}

bool is_at(const std::string& path, const base::UniqueFd& file) {
    struct stat here {};
    struct stat held {};
    return ::stat(path.c_str(), &here) == 0 && ::fstat(file.get(), &held) == 0 && here.st_dev == held.st_dev &&
           here.st_ino == held.st_ino;
}

// Of a file that was never held.
bool can_be_read(const capture::Module& module, std::uint64_t inode) {
    struct stat here {};
    return module.kind == capture::ModuleKind::kFile && ::stat(module.path.c_str(), &here) == 0 &&
           here.st_ino == inode && ::access(module.path.c_str(), R_OK) == 0;
}

}  // namespace

SymbolOrigin find_origin(pid_t pid, const unwind::ModulePlace& place, const elf::ReadMemory& read, std::size_t limit) {
    SymbolOrigin origin{open_module(pid, place), {}, place.inode};
    if (!origin.file && place.path.starts_with('/')) {
        origin.from_memory = elf::mapped_symbols(place.header, read, limit).value_or("");
    }
    return origin;
}

std::string symbols_to_keep(const capture::Module& module, const SymbolOrigin& origin, std::size_t limit) {
    if (origin.file) {
        return is_at(module.path, *origin.file) ? "" : elf::symbols_only(origin.file->get(), limit).value_or("");
    }
    if (origin.from_memory.size() > limit || can_be_read(module, origin.inode)) { return {}; }
    return origin.from_memory;
}

}  // namespace memray::collector
