// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What kind of program an executable file holds, as far as it matters before starting it.
#pragma once

#include <string>
#include <string_view>

namespace memray::elf {

enum class ExecutableKind {
    kUnreadable,    // no permission, not a file, or too short to tell
    kScript,        // starts with "#!"
    kDynamic,       // x86-64 with a program interpreter
    kStatic,        // x86-64 without one
    kOtherClass,    // 32-bit ELF
    kOtherMachine,  // 64-bit ELF for another processor
    kUnknown,       // anything else
};

// From the first bytes of a file; nothing past them is believed.
[[nodiscard]] ExecutableKind classify_executable(std::string_view head);
[[nodiscard]] ExecutableKind classify_executable_file(const std::string& path);

}  // namespace memray::elf
