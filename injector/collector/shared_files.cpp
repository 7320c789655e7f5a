// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/shared_files.h"

#include "injector/base/file.h"

namespace memray::collector {
namespace {

// Of this boot of this machine: FNV-1a of its id (random(4)).
std::uint64_t boot_number() {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char character : base::try_read_file("/proc/sys/kernel/random/boot_id").value_or("")) {
        hash = (hash ^ static_cast<unsigned char>(character)) * 0x100000001b3;
    }
    return hash;
}

}  // namespace

SharedFiles::SharedFiles(capture::Profile& profile) : profile_(profile), boot_(boot_number()) {}

std::uint32_t SharedFiles::number(std::uint64_t device, std::uint64_t inode) {
    const auto known = numbers_.find({device, inode});
    if (known != numbers_.end()) { return known->second; }
    if (numbers_.size() >= kMost) { return 0; }
    profile_.shared_files.push_back({boot_, device, inode});
    return numbers_[{device, inode}] = static_cast<std::uint32_t>(profile_.shared_files.size());
}

}  // namespace memray::collector
