// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The memory of one program image of a traced process, through /proc/PID/mem. An exec ends it: make a new one then.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <type_traits>

#include "injector/base/remote_addr.h"
#include "injector/base/unique_fd.h"

namespace memray::ptrace {

using base::RemoteAddr;

class RemoteMemory {
public:
    // Throws base::Error if it cannot be opened.
    explicit RemoteMemory(pid_t pid);

    // All `size` bytes or nothing: false.
    [[nodiscard]] bool try_read(RemoteAddr address, void* data, std::size_t size) const noexcept;
    // Throws base::Error.
    void read(RemoteAddr address, void* data, std::size_t size) const;
    template <typename T>
    [[nodiscard]] T read(RemoteAddr address) const {
        static_assert(std::is_trivially_copyable_v<T>);
        T value;
        read(address, &value, sizeof(T));
        return value;
    }
    // Up to the terminating zero; nothing if there is none within `limit` bytes of readable memory.
    [[nodiscard]] std::optional<std::string> try_read_string(RemoteAddr address, std::size_t limit) const;

    // Writes to read-only pages, too. Where the kernel refuses that through /proc, the tracee must be stopped.
    void write(RemoteAddr address, const void* data, std::size_t size) const;

private:
    void poke(RemoteAddr address, const void* data, std::size_t size) const;

    pid_t pid_;
    base::UniqueFd fd_;
};

}  // namespace memray::ptrace
