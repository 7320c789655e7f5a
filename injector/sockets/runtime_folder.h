// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The folders where the memrays of one user find each other's sockets, in this order:
//
//   $XDG_RUNTIME_DIR/memray   /run/user/<uid>/memray   /tmp/memray-<uid>   /tmp/memray-<uid>.<random>
//
// The last is for when somebody else has taken the name before it. A folder is used only if it is a folder, not a link
// to one, that belongs to that user and is closed to all others (as is $XDG_RUNTIME_DIR itself), and only through the
// descriptor that this was asked of, so nobody can put another into its place.
//
// Not abstract sockets, which would need no folder: whoever shares the network can connect to those, so a container
// that shares the machine's has roots in it that are not its root.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "injector/base/unique_fd.h"

namespace memray::sockets {

class RuntimeFolder {
public:
    // That of this user (the effective one), made if there is none. Throws base::Error if none can be made.
    [[nodiscard]] static std::shared_ptr<const RuntimeFolder> of_this_user();
    // All that `user` has; others than this user's only root can see. `hint` may name one more $XDG_RUNTIME_DIR, and
    // need not be true.
    [[nodiscard]] static std::vector<std::shared_ptr<const RuntimeFolder>> all_of(uid_t user,
                                                                                  const std::string& hint = {});

    // All of this user, and after them, for root, those of all other users, but for folders that are none of these.
    [[nodiscard]] static std::vector<std::shared_ptr<const RuntimeFolder>> all_in_reach();

    RuntimeFolder(base::UniqueFd fd, uid_t owner) : fd_(std::move(fd)), owner_(owner) {}

    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    [[nodiscard]] uid_t owner() const noexcept { return owner_; }
    // For system calls that take no folder's descriptor.
    [[nodiscard]] std::string path_of(const std::string& name) const;
    [[nodiscard]] std::vector<std::string> names() const;

private:
    base::UniqueFd fd_;
    uid_t owner_;
};

// Held by who makes or removes names in a folder. Nobody who holds it waits for anything.
class FolderLock {
public:
    // Throws base::Error if somebody, a stopped process perhaps, holds it too long.
    explicit FolderLock(const RuntimeFolder& folder);
    ~FolderLock();
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;

private:
    int fd_;
};

}  // namespace memray::sockets
