// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/ptrace/remote_memory.h"

#include <fcntl.h>
#include <sys/ptrace.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstring>

#include "injector/base/error.h"

namespace memray::ptrace {
namespace {

constexpr std::size_t kPage = 4096;

base::Error access_error(const char* verb, std::size_t size, RemoteAddr address) {
    std::array<char, 80> text{};
    std::snprintf(text.data(), text.size(), "%s %zu bytes at 0x%" PRIx64 " of the target", verb, size, address.value());
    return base::system_error(text.data());
}

}  // namespace

RemoteMemory::RemoteMemory(pid_t pid)
    : pid_(pid), fd_(::open(("/proc/" + std::to_string(pid) + "/mem").c_str(), O_RDWR | O_CLOEXEC)) {
    if (!fd_) { throw base::system_error("opening the memory of process " + std::to_string(pid)); }
}

bool RemoteMemory::try_read(RemoteAddr address, void* data, std::size_t size) const noexcept {
    auto* bytes = static_cast<unsigned char*>(data);
    while (size > 0) {
        const ssize_t count = ::pread64(fd_.get(), bytes, size, static_cast<off64_t>(address.value()));
        if (count < 0 && errno == EINTR) { continue; }
        if (count <= 0) { return false; }
        bytes += count;
        address += static_cast<std::uint64_t>(count);
        size -= static_cast<std::size_t>(count);
    }
    return true;
}

void RemoteMemory::read(RemoteAddr address, void* data, std::size_t size) const {
    if (!try_read(address, data, size)) { throw access_error("reading", size, address); }
}

std::optional<std::string> RemoteMemory::try_read_string(RemoteAddr address, std::size_t limit) const {
    std::string text;
    std::array<char, kPage> chunk;
    while (text.size() < limit) {
        // Never past the end of a page: the next one may not be there.
        const std::size_t to_page_end = kPage - (address.value() % kPage);
        const std::size_t size = std::min(limit - text.size(), to_page_end);
        if (!try_read(address, chunk.data(), size)) { return std::nullopt; }
        const std::size_t length = ::strnlen(chunk.data(), size);
        text.append(chunk.data(), length);
        if (length < size) { return text; }
        address += size;
    }
    return std::nullopt;
}

void RemoteMemory::write(RemoteAddr address, const void* data, std::size_t size) const {
    const ssize_t count = ::pwrite64(fd_.get(), data, size, static_cast<off64_t>(address.value()));
    if (count == static_cast<ssize_t>(size)) { return; }
    // Linux 6.12 can forbid writes to read-only pages here (proc_mem.force_override); PTRACE_POKE may still do it.
    poke(address, data, size);
}

void RemoteMemory::poke(RemoteAddr address, const void* data, std::size_t size) const {
    const auto* bytes = static_cast<const unsigned char*>(data);
    for (std::size_t done = 0; done < size;) {
        const RemoteAddr word_address = (address + done).aligned_down(sizeof(long));
        const std::size_t skip = (address + done) - word_address;
        const std::size_t count = std::min(sizeof(long) - skip, size - done);
        errno = 0;
        long word = ::ptrace(PTRACE_PEEKTEXT, pid_, word_address.value(), nullptr);
        if (errno != 0) { throw access_error("writing", size, address); }
        std::memcpy(reinterpret_cast<unsigned char*>(&word) + skip, bytes + done, count);
        if (::ptrace(PTRACE_POKETEXT, pid_, word_address.value(), word) != 0) {
            throw access_error("writing", size, address);
        }
        done += count;
    }
}

}  // namespace memray::ptrace
