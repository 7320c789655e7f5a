// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/recording/process_facts.h"

#include <sys/random.h>

#include <algorithm>

#include "injector/base/file.h"

namespace memray::recording {

std::string command_line_of(pid_t pid) {
    std::string line = base::try_read_file("/proc/" + std::to_string(pid) + "/cmdline").value_or("");
    while (line.ends_with('\0')) { line.pop_back(); }
    std::replace(line.begin(), line.end(), '\0', ' ');
    return line;
}

capture::Metadata new_metadata(const region::RecordingPlan& plan, bool aggregate) {
    capture::Metadata metadata;
    if (::getrandom(&metadata.run, sizeof metadata.run, 0) != sizeof metadata.run) { metadata.run = 0; }
    metadata.trace_python_allocators = plan.trace_python_allocators;
    metadata.native_traces = plan.native;
    metadata.aggregated = aggregate;
    return metadata;
}

void describe_process(const region::Target& target, capture::Metadata& metadata) {
    metadata.python_version = target.python_version;
    metadata.python_executable = target.python_executable;
    metadata.python_allocator = target.python_allocator;
    metadata.pid = target.pid;
}

}  // namespace memray::recording
