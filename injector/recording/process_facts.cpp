// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/recording/process_facts.h"

#include <fmt/format.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

#include "injector/base/file.h"
#include "injector/base/printable.h"
#include "injector/base/process_stat.h"
#include "injector/region/region.h"

namespace memray::recording {
namespace {

std::int64_t milliseconds_of(clockid_t clock) {
    timespec now{};
    ::clock_gettime(clock, &now);
    return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

// Milliseconds since the epoch; 0 if it is gone. The kernel counts ticks since the machine was booted (field 22).
std::int64_t start_of(pid_t pid) {
    const auto stat = base::try_read_file("/proc/" + std::to_string(pid) + "/stat");
    const auto ticks = stat ? base::stat_field(*stat, 22) : std::nullopt;
    if (!ticks) { return 0; }
    const std::int64_t since_boot = static_cast<std::int64_t>(*ticks) * 1000 / ::sysconf(_SC_CLK_TCK);
    return milliseconds_of(CLOCK_REALTIME) - (milliseconds_of(CLOCK_BOOTTIME) - since_boot);
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
