// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/memory_devices.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <optional>
#include <sstream>
#include <utility>

#include "injector/base/file.h"
#include "injector/base/unique_fd.h"

namespace memray::collector {
namespace {

// A hostile target makes up as many devices as it likes.
constexpr std::size_t kMostKnown = 1024;

}  // namespace

bool is_memory_device(const std::string& mounts, std::uint64_t device) {
    const std::string number = std::to_string(major(device)) + ':' + std::to_string(minor(device));
    std::istringstream lines(mounts);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream fields(line);
        std::string id;
        std::string parent;
        std::string found;
        if (!(fields >> id >> parent >> found) || found != number) { continue; }
        const std::size_t separator = line.find(" - ");  // ends the optional fields
        if (separator == std::string::npos) { continue; }
        const std::string type = line.substr(separator + 3, line.find(' ', separator + 3) - separator - 3);
        return type == "tmpfs" || type == "hugetlbfs" || type == "devtmpfs" || type == "ramfs";
    }
    return false;
}

// The kernel's own mount is nowhere to be read.
MemoryDevices::MemoryDevices(std::int64_t pid)
    : path_("/proc/" + std::to_string(pid) + "/mountinfo"), mounts_(base::try_read_file(path_).value_or("")) {
    const base::UniqueFd file(::memfd_create("memray", MFD_CLOEXEC));
    struct stat status {};
    if (::fstat(file.get(), &status) == 0) { known_[status.st_dev] = true; }
}

bool MemoryDevices::contains(std::uint64_t device) {
    const auto found = known_.find(device);
    if (found != known_.end()) { return found->second; }
    bool in_memory = is_memory_device(mounts_, device);
    if (auto now = in_memory ? std::nullopt : base::try_read_file(path_)) {
        mounts_ = std::move(*now);
        in_memory = is_memory_device(mounts_, device);
    }
    if (known_.size() < kMostKnown) { known_[device] = in_memory; }
    return in_memory;
}

}  // namespace memray::collector
