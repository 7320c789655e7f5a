// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/session/remote_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <string_view>

#include "injector/base/error.h"

#ifndef MFD_EXEC  // Linux 6.3
#define MFD_EXEC 0x0010U
#endif

namespace memray::session {
namespace {

RemoteAddr find_syscall_instruction(const elf::Modules& modules, const ptrace::RemoteMemory& memory) {
    constexpr std::string_view kInstruction("\x0f\x05", 2);
    std::array<char, 64> code{};
    for (const char* library : {"libc", "ld-musl", ""}) {
        const auto function = modules.find_in(library, "syscall");
        if (!function || !memory.try_read(*function, code.data(), code.size())) { continue; }
        const std::size_t at = std::string_view(code.data(), code.size()).find(kInstruction);
        if (at != std::string_view::npos) { return *function + at; }
    }
    throw base::Error("Could not find a system call instruction in the target's C library");
}

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

RemoteSystem::RemoteSystem(const elf::Modules& modules, const ptrace::RemoteMemory& memory, ptrace::RemoteCall& call)
    : call_(call), instruction_(find_syscall_instruction(modules, memory)) {}

std::int64_t RemoteSystem::create_memory_file(const char* name, unsigned flags) {
    return call_.system_call(instruction_, SYS_memfd_create, {call_.push(name).value(), flags});
}

std::int64_t RemoteSystem::map_shared(int fd, std::uint64_t size, int protection) {
    return call_.system_call(instruction_, SYS_mmap,
                             {0, size, static_cast<std::uint64_t>(protection), MAP_SHARED | MAP_NORESERVE,
                              static_cast<std::uint64_t>(fd), 0});
}

void RemoteSystem::unmap(RemoteAddr address, std::uint64_t size) {
    call_.system_call(instruction_, SYS_munmap, {address.value(), size});
}

void RemoteSystem::unlock(RemoteAddr address, std::uint64_t size) {
    call_.system_call(instruction_, SYS_munlock, {address.value(), size});
}

void RemoteSystem::protect(RemoteAddr address, std::uint64_t size, int protection) {
    call_.system_call(instruction_, SYS_mprotect, {address.value(), size, static_cast<std::uint64_t>(protection)});
}

void RemoteSystem::close(int fd) { call_.system_call(instruction_, SYS_close, {static_cast<std::uint64_t>(fd)}); }

void RemoteSystem::ignore_signal(int signal) {
    // Handler, flags, restorer, mask: as the kernel has them.
    constexpr std::array<std::uint64_t, 4> kIgnore{1, 0, 0, 0};
    const std::string_view action(reinterpret_cast<const char*>(kIgnore.data()), sizeof kIgnore);
    call_.system_call(instruction_, SYS_rt_sigaction,
                      {static_cast<std::uint64_t>(signal), call_.push(action).value(), 0, sizeof(std::uint64_t)});
}

RemoteFile::RemoteFile(RemoteSystem& system, pid_t pid, const char* name, bool executable)
    : system_(system), remote_fd_(checked(create(system, name, executable), "memfd_create in the target")) {
    const std::string path = "/proc/" + std::to_string(pid) + "/fd/" + std::to_string(remote_fd_);
    local_.reset(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    if (!local_) { throw base::system_error("opening the target's memory file"); }
}

RemoteFile::~RemoteFile() {
    try {
        system_.close(remote_fd_);
    } catch (const base::Error&) {
        // The target died: so did its descriptors.
    }
}

}  // namespace memray::session
