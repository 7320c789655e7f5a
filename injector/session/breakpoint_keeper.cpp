// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/session/breakpoint_keeper.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>

#include "injector/base/error.h"

namespace memray::session {
namespace {

base::UniqueFd make_memory(std::size_t size) {
    base::UniqueFd file(::memfd_create("memray-breakpoints", MFD_CLOEXEC));
    if (!file || ::ftruncate(file.get(), static_cast<off_t>(size)) != 0) {
        throw base::system_error("making a memory file");
    }
    return file;
}

void write_byte(pid_t pid, std::uint64_t address, unsigned char byte) {
    const std::string path = "/proc/" + std::to_string(pid) + "/mem";
    const base::UniqueFd memory(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    static_cast<void>(::pwrite(memory.get(), &byte, 1, static_cast<off_t>(address)));
}

}  // namespace

BreakpointKeeper::BreakpointKeeper() : table_(base::Mapping::shared(make_memory(sizeof(Table)).get(), sizeof(Table))) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) { throw base::system_error("creating a pipe"); }
    const base::UniqueFd reading(ends[0]);
    alive_.reset(ends[1]);
    const pid_t pid = ::fork();
    if (pid < 0) { throw base::system_error("creating a process"); }
    if (pid == 0) { watch(reading.get()); }
}

// Nobody ever writes: the read ends with the other process, whose end of the pipe is the only one.
void BreakpointKeeper::watch(int reading) const {
    ::setsid();
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) { ::signal(number, SIG_IGN); }
    const int kept = ::dup2(reading, 0);
    ::syscall(SYS_close_range, 1, ~0U, 0);
    char byte = 0;
    while (::read(kept, &byte, 1) < 0 && errno == EINTR) {}
    for (const Entry& entry : table()) {
        const pid_t pid = entry.pid.load(std::memory_order_acquire);
        if (pid != 0) { write_byte(pid, entry.address, entry.original); }
    }
    ::_exit(0);
}

void BreakpointKeeper::keep(pid_t pid, base::RemoteAddr address, unsigned char original) noexcept {
    for (Entry& entry : table()) {
        if (entry.pid.load(std::memory_order_relaxed) != 0) { continue; }
        entry.address = address.value();
        entry.original = original;
        entry.pid.store(pid, std::memory_order_release);
        return;
    }
}

void BreakpointKeeper::drop(pid_t pid, base::RemoteAddr address) noexcept {
    for (Entry& entry : table()) {
        if (entry.pid.load(std::memory_order_relaxed) != pid || entry.address != address.value()) { continue; }
        entry.pid.store(0, std::memory_order_release);
    }
}

void BreakpointKeeper::drop(pid_t pid) noexcept {
    for (Entry& entry : table()) {
        if (entry.pid.load(std::memory_order_relaxed) == pid) { entry.pid.store(0, std::memory_order_release); }
    }
}

}  // namespace memray::session
