// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/recording/process_facts.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <chrono>

#include "injector/base/file.h"
#include "injector/base/printable.h"
#include "injector/base/process_stat.h"
#include "injector/region/region.h"

namespace memray::recording {
namespace {

// Milliseconds since the epoch; 0 if it is gone.
std::int64_t start_of(pid_t pid) {
    const auto age = base::age_of(pid);
    if (!age) { return 0; }
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now - *age).count();
}

}  // namespace

std::string command_line_of(pid_t pid) {
    std::string line = base::try_read_file("/proc/" + std::to_string(pid) + "/cmdline").value_or("");
    while (line.ends_with('\0')) { line.pop_back(); }
    std::replace(line.begin(), line.end(), '\0', ' ');
    return line;
}

capture::Metadata new_metadata(const Order& order) {
    capture::Metadata metadata;
    if (::getrandom(&metadata.run, sizeof metadata.run, 0) != sizeof metadata.run) { metadata.run = 0; }
    metadata.trace_python_allocators = order.plan.trace_python_allocators;
    metadata.native_traces = order.plan.native;
    metadata.aggregated = order.capture.aggregate;
    return metadata;
}

void describe_process(const region::Target& target, capture::Metadata& metadata) {
    metadata.python_version = target.python_version;
    metadata.python_executable = target.python_executable;
    metadata.python_allocator = target.python_allocator;
    metadata.pid = target.pid;
    metadata.beginning = capture::Beginning::kStart;
    metadata.process_start_ms = start_of(target.pid);
}

void describe_forked(pid_t pid, capture::Metadata& metadata) {
    metadata.pid = pid;
    metadata.beginning = capture::Beginning::kForked;
    metadata.process_start_ms = start_of(pid);
}

void warn_of_unknown_python(const region::Target& target) {
    if (region::reads_python_frames(target.region)) { return; }
    base::tell(fmt::format("CPython {} is newer than this memray knows: recording without Python stacks",
                           target.python_version));
}

}  // namespace memray::recording
