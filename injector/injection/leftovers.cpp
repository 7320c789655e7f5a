// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/injection/leftovers.h"

#include <filesystem>
#include <string>
#include <system_error>

namespace memray::injection {
namespace {

std::filesystem::path folder_of(pid_t pid) { return "/proc/" + std::to_string(pid) + "/fd"; }

bool is_ours(const std::filesystem::path& link) {
    std::error_code error;
    return std::filesystem::read_symlink(link, error).string().starts_with("/memfd:memray");
}

}  // namespace

std::vector<int> leftover_descriptors(pid_t pid) {
    std::vector<int> found;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder_of(pid), error)) {
        if (is_ours(entry.path())) { found.push_back(std::stoi(entry.path().filename())); }
    }
    return found;
}

void close_leftovers(region::RemoteSystem& system, pid_t pid, const std::vector<int>& descriptors) {
    for (const int descriptor : descriptors) {
        if (is_ours(folder_of(pid) / std::to_string(descriptor))) { system.close(descriptor); }
    }
}

}  // namespace memray::injection
