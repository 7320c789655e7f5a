// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Which CPython it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "injector/base/error.h"
#include "injector/elf/modules.h"
#include "injector/ptrace/remote_call.h"

namespace memray::cpython {

// As PY_VERSION_HEX: major, minor, micro, release level (0xa, 0xb, 0xc or 0xf) and serial.
struct PythonVersion {
    std::uint32_t hex{0};

    [[nodiscard]] unsigned major() const noexcept { return hex >> 24U; }
    [[nodiscard]] unsigned minor() const noexcept { return (hex >> 16U) & 0xffU; }
    [[nodiscard]] bool at_least(unsigned major_version, unsigned minor_version) const noexcept {
        return (hex >> 16U) >= ((major_version << 8U) | minor_version);
    }
    // "3.11.2", "3.15.0b1".
    [[nodiscard]] std::string text() const;
};

// From the start of Py_GetVersion()'s text: "3.8.18 (default, ...", "3.15.0b1+ (...".
[[nodiscard]] std::optional<PythonVersion> parse_version(std::string_view text);

// Calls Py_GetVersion in the target. Throws base::Error.
[[nodiscard]] PythonVersion read_version(const ptrace::RemoteMemory& memory, ptrace::RemoteCall& call,
                                         base::RemoteAddr get_version);
// Reads Py_Version (3.11 and later), or calls Py_GetVersion. Throws base::Error.
[[nodiscard]] PythonVersion find_version(const ptrace::RemoteMemory& memory, ptrace::RemoteCall& call,
                                         const elf::Modules& modules);

[[nodiscard]] base::Error unsupported_version(PythonVersion version);

}  // namespace memray::cpython
