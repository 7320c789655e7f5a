// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Reads stack memory without ever faulting. A walk may be led astray by code without call frame information, may leave
// the stack at its end, and stacks may be anywhere: of threads, of coroutines, for signals. So only pages that are
// known to be readable are read: the one that the thread runs on and those that the kernel was asked about. The thread
// keeps what it knows, as its stack stays where it is; once anything was unmapped, it begins anew.
#pragma once

#include <atomic>
#include <cstdint>

#include "payload/stack/native_buffers.h"
#include "payload/wire/control.h"

namespace memray::payload {

// How often memory was given back through our hooks.
extern constinit std::atomic<std::uint32_t> unmaps;

class StackWindow {
public:
    // `stack_pointer` is the thread's own.
    StackWindow(NativeBuffers& kept, std::uint64_t stack_pointer) noexcept;
    ~StackWindow();
    StackWindow(const StackWindow&) = delete;
    StackWindow& operator=(const StackWindow&) = delete;

    // False if there is nothing to be read.
    [[nodiscard]] bool read(std::uint64_t address, std::uint64_t& value) noexcept {
        if (address < from_ || address > to_ - sizeof value) [[unlikely]] {
            if (!open(address) || !open(address + sizeof value - 1)) { return false; }
            if (address < from_ || address > to_ - sizeof value) { return false; }
        }
        value = __atomic_load_n(reinterpret_cast<const std::uint64_t*>(address), __ATOMIC_RELAXED);
        return true;
    }

    // Whether all of this can be read.
    [[nodiscard]] bool holds(std::uint64_t from, std::uint64_t to) const noexcept { return from >= from_ && to <= to_; }

private:
    [[nodiscard]] bool open(std::uint64_t address) noexcept;

    NativeBuffers& kept_;
    std::uint64_t from_;
    std::uint64_t to_;
    bool elsewhere_{false};  // on another stack than the one that the thread keeps
};

}  // namespace memray::payload
