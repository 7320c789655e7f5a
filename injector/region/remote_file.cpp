// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/region/remote_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cerrno>
#include <string>

#include "injector/base/error.h"

#ifndef MFD_EXEC  // Linux 6.3
#define MFD_EXEC 0x0010U
#endif

namespace memray::region {
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

// Another thread of the target may have put another file in its place meanwhile, one that we may write to and the
// target may not. Only unlinked memory has no name, no content and seals (fcntl(2)); and opening a name (O_PATH) does
// nothing to a device or a pipe.
base::UniqueFd open_memory_file(const std::string& path) {
    const base::UniqueFd named(::open(path.c_str(), O_PATH | O_CLOEXEC));
    if (!named) { throw base::system_error("opening the target's memory file"); }
    struct stat status {};
    const bool is_new =
        ::fstat(named.get(), &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink == 0 && status.st_size == 0;
    if (!is_new) { throw base::Error("The target has put another file in the place of its shared memory"); }
    base::UniqueFd file(::open(("/proc/self/fd/" + std::to_string(named.get())).c_str(), O_RDWR | O_CLOEXEC));
    if (!file) { throw base::system_error("opening the target's memory file"); }
    if (::fcntl(file.get(), F_GET_SEALS) < 0) {
        throw base::Error("The target has put another file in the place of its shared memory");
    }
    return file;
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
    local_ = open_memory_file(path);
}

RemoteFile::~RemoteFile() {
    if (remote_fd_ < 0) { return; }
    try {
        system_.close(remote_fd_);
    } catch (const base::Error&) {
        // The target died: so did its descriptors.
    }
}

}  // namespace memray::region
