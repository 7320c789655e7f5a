// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/recording/child_paths.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace memray::recording {

ChildPaths::ChildPaths(std::string path, pid_t first, std::optional<OutputName> name, bool overwrite)
    : path_(std::move(path)), first_(first), name_(std::move(name)), overwrite_(overwrite), given_out_{path_} {}

void ChildPaths::set_first(std::string path, pid_t first) {
    const std::lock_guard guard(mutex_);
    path_ = std::move(path);
    first_ = first;
    given_out_.insert(path_);
}

std::string ChildPaths::of(pid_t pid) {
    const std::lock_guard guard(mutex_);
    if (path_.empty() && !name_) { return {}; }
    const std::string path = name_ ? name_->of_child(first_, pid) : fmt::format("{}.{}", path_, pid);
    std::string free = path;
    for (int number = 2; is_taken(free); ++number) { free = fmt::format("{}.{}", path, number); }
    given_out_.insert(free);
    return free;
}

bool ChildPaths::is_taken(const std::string& path) const {
    return given_out_.count(path) != 0 ||
           (!overwrite_ && ::faccessat(AT_FDCWD, path.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0);
}

}  // namespace memray::recording
