// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/session/remote_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <cerrno>
#include <string>

#include "injector/base/error.h"

#ifndef MFD_EXEC  // Linux 6.3
#define MFD_EXEC 0x0010U
#endif

namespace memray::session {
namespace {

std::int64_t create(RemoteSystem& system, const char* name, bool executable) {
    if (executable) {
        const std::int64_t fd = system.create_memory_file(name, MFD_CLOEXEC | MFD_EXEC);
        if (fd != -EINVAL) { return fd; }  // the flag is unknown: then every memory file is executable
    }
    return system.create_memory_file(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
}

int checked(std::int64_t result, const char* what) {
    if (result < 0) { throw base::system_error(what, static_cast<int>(-result)); }
    return static_cast<int>(result);
}

}  // namespace

std::int64_t RemoteSystem::create_memory_file(const char* name, unsigned flags) {
    return call_.system_call(SYS_memfd_create, {call_.push(name).value(), flags});
}

std::int64_t RemoteSystem::map_shared(int fd, std::uint64_t size, int protection) {
    return call_.system_call(SYS_mmap, {0, size, static_cast<std::uint64_t>(protection), MAP_SHARED | MAP_NORESERVE,
                                        static_cast<std::uint64_t>(fd), 0});
}

void RemoteSystem::unmap(RemoteAddr address, std::uint64_t size) {
    call_.system_call(SYS_munmap, {address.value(), size});
}

void RemoteSystem::unlock(RemoteAddr address, std::uint64_t size) {
    call_.system_call(SYS_munlock, {address.value(), size});
}

void RemoteSystem::protect(RemoteAddr address, std::uint64_t size, int protection) {
    call_.system_call(SYS_mprotect, {address.value(), size, static_cast<std::uint64_t>(protection)});
}

void RemoteSystem::close(int fd) { call_.system_call(SYS_close, {static_cast<std::uint64_t>(fd)}); }

RemoteFile::RemoteFile(RemoteSystem& system, pid_t pid, const char* name, bool executable)
    : system_(system), remote_fd_(checked(create(system, name, executable), "memfd_create in the target")) {
    const std::string path = "/proc/" + std::to_string(pid) + "/fd/" + std::to_string(remote_fd_);
    local_.reset(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    if (!local_) { throw base::system_error("opening the target's memory file"); }
}

RemoteFile::~RemoteFile() {
    if (remote_fd_ < 0) { return; }
    try {
        system_.close(remote_fd_);
    } catch (const base::Error&) {
        // The target died: so did its descriptors.
    }
}

}  // namespace memray::session
