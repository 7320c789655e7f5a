// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A page of our own code in a process: what calls made for us return to, and detours. None of it needs anybody, so the
// page stays for ever: addresses in it may lie anywhere, in jump buffers for example. Later recordings use it again.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "injector/ptrace/call_code.h"
#include "injector/ptrace/detour.h"
#include "injector/ptrace/remote_memory.h"

namespace memray::ptrace {

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

    // As detour_code() has it. Nothing if the page is full. Throws base::Error.
    [[nodiscard]] std::optional<Detour> add_detour(const RemoteMemory& memory, DetourKind kind, RemoteAddr target,
                                                   std::string_view instructions = {}) const;

private:
    RemoteAddr address_;
};

}  // namespace memray::ptrace
