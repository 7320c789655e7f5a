// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/memory/process_memory.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "injector/base/error.h"

namespace memray::heap {
namespace {

std::string memory_of(pid_t pid) { return "/proc/" + std::to_string(pid) + "/mem"; }

}  // namespace

ProcessMemory::ProcessMemory(pid_t pid)
    : Memory(ranges_of(elf::read_maps(pid))), memory_(::open(memory_of(pid).c_str(), O_RDONLY | O_CLOEXEC)) {
    if (!memory_) { throw base::system_error("reading the memory of process " + std::to_string(pid)); }
}

// A page that cannot be read (behind the end of a mapped file) is zero.
bool ProcessMemory::load(RemoteAddr address, std::byte* destination, std::size_t size) const {
    bool any = false;
    while (size > 0) {
        const ssize_t count = ::pread64(memory_.get(), destination, size, static_cast<off64_t>(address.value()));
        if (count < 0 && errno == EINTR) { continue; }
        if (count > 0) { any = true; }
        const std::size_t done = count > 0 ? static_cast<std::size_t>(count) : std::min<std::size_t>(size, kPageBytes);
        destination += done;
        address += done;
        size -= done;
    }
    return any;
}

}  // namespace memray::heap
