// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/process_facts.h"

#include <algorithm>

#include "injector/base/file.h"

namespace memray::cli {

std::string command_line_of(pid_t pid) {
    std::string line = base::try_read_file("/proc/" + std::to_string(pid) + "/cmdline").value_or("");
    while (line.ends_with('\0')) { line.pop_back(); }
    std::replace(line.begin(), line.end(), '\0', ' ');
    return line;
}

void describe_process(const session::Target& target, capture::Metadata& metadata) {
    metadata.python_version = target.python_version;
    metadata.python_executable = target.python_executable;
    metadata.python_allocator = target.python_allocator;
    metadata.pid = target.pid;
}

}  // namespace memray::cli
