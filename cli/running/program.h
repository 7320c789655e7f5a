// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The program that `run` profiles: a script, a module or source text, and its arguments.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace memray::cli {

enum class ProgramKind : std::uint8_t { kScript, kModule, kText };

struct Program {
    ProgramKind kind{ProgramKind::kScript};
    std::string name;  // path, module or text
    std::vector<std::string> arguments;
};

// What follows the interpreter's own options on its command line.
[[nodiscard]] std::vector<std::string> interpreter_arguments(const Program& program);

// Name of the script without its folder, of the module, or "string".
[[nodiscard]] std::string program_name(const Program& program);

// memray-<script>.<pid>.bin beside the script, memray-<module>.<pid>.bin or memray-string.<pid>.bin here.
[[nodiscard]] std::string default_output(const Program& program, pid_t pid);

// Folders that the program imports its own modules from.
[[nodiscard]] std::vector<std::string> own_search_paths(const Program& program);

// Throws base::Error for a script that cannot be run, without looking at its source.
void require_runnable(const Program& program);

}  // namespace memray::cli
