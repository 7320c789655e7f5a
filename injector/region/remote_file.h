// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// System calls in the target, and memory files made there. A file made in the target works across mount namespaces,
// chroots and users, which a path would not.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <utility>

#include "injector/base/remote_addr.h"
#include "injector/base/unique_fd.h"
#include "injector/ptrace/remote_call.h"

namespace memray::region {

using base::RemoteAddr;

// The system calls that loading takes, made by the stopped target.
class RemoteSystem {
public:
    explicit RemoteSystem(ptrace::RemoteCall& call) noexcept : call_(call) {}

    // A descriptor in the target, or a negative errno.
    std::int64_t create_memory_file(const char* name, unsigned flags);
    // An address in the target, or a negative errno; `protection` as for mmap(2).
    std::int64_t map_shared(int fd, std::uint64_t size, int protection);
    void unmap(RemoteAddr address, std::uint64_t size);
    // Not locked any more (mlockall(2)).
    void unlock(RemoteAddr address, std::uint64_t size);
    void protect(RemoteAddr address, std::uint64_t size, int protection);
    void close(int fd);

private:
    ptrace::RemoteCall& call_;
};

// A memory file of the target, open there and here. Closed in both on destruction.
class RemoteFile {
public:
    // Throws base::Error. An executable one can be mapped as code.
    RemoteFile(RemoteSystem& system, pid_t pid, const char* name, bool executable);
    RemoteFile(const RemoteFile&) = delete;
    RemoteFile& operator=(const RemoteFile&) = delete;
    ~RemoteFile();

    [[nodiscard]] int remote_fd() const noexcept { return remote_fd_; }
    [[nodiscard]] int local_fd() const noexcept { return local_.get(); }
    // The target closes it by itself.
    void give_away_remote_fd() noexcept { remote_fd_ = -1; }
    [[nodiscard]] base::UniqueFd take_local_fd() noexcept { return std::move(local_); }

private:
    RemoteSystem& system_;
    int remote_fd_;
    base::UniqueFd local_;
};

}  // namespace memray::region
