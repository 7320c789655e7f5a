// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A page of our own code in a process: what calls made for us return to, and detours, through which a thread passes
// where we want to see it. None of it needs anybody. Who traces the thread sees a system call; if nobody does, it
// makes that call, which does nothing, and goes on. So the page stays for ever: addresses in it may lie anywhere, in
// jump buffers for example. Later recordings use it again.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "injector/ptrace/call_code.h"
#include "injector/ptrace/registers.h"
#include "injector/ptrace/remote_memory.h"

namespace memray::ptrace {

// How a detour shows that a thread passes.
enum class DetourKind : unsigned char {
    kSystemCall,  // by munmap(0, 0), seen by Tracee::resume_to_system_call()
    kSignal,      // by a SIGURG to itself, which a tracer sees, and which a program ignores unless it handles it
};

struct Detour {
    RemoteAddr entry;
    RemoteAddr stop;  // the program counter of a thread that shows itself
};

class CodePage {
public:
    static constexpr std::uint64_t kSize = 4096;

    // Of a mapped page that nothing but this class writes to. The code is not there yet.
    explicit CodePage(RemoteAddr address) noexcept : address_(address) {}

    // Whether it has the code; `memory` may be that of any process.
    [[nodiscard]] bool is_written(const RemoteMemory& memory) const;
    // Throws base::Error.
    void write(const RemoteMemory& memory) const;

    [[nodiscard]] RemoteAddr address() const noexcept { return address_; }
    [[nodiscard]] CallCode call_code() const noexcept;

    // One that leads to `target`, by way of `instructions`, which must do the same at any address. All registers but
    // the flags are kept. Nothing if the page is full. Throws base::Error.
    [[nodiscard]] std::optional<Detour> add_detour(const RemoteMemory& memory, DetourKind kind, RemoteAddr target,
                                                   std::string_view instructions = {}) const;

private:
    RemoteAddr address_;
};

// The registers that a thread has behind a detour, or had before it, if it stands at the stop of one with `inside`; the
// program counter becomes `at`. Throws base::Error.
[[nodiscard]] Registers registers_behind(const RemoteMemory& memory, const Registers& inside, RemoteAddr at);

}  // namespace memray::ptrace
