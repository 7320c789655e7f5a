// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/attached_recording.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>

#include "injector/base/error.h"
#include "injector/base/file.h"

namespace memray::cli {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kStep{20};

std::string command_line_of(pid_t pid) {
    std::string line = base::try_read_file(fmt::format("/proc/{}/cmdline", pid)).value_or("");
    while (line.ends_with('\0')) { line.pop_back(); }
    std::replace(line.begin(), line.end(), '\0', ' ');
    return fmt::format("{} (attached to process {})", line, pid);
}

capture::Metadata metadata_of(const AttachRequest& request, const session::Target& target) {
    capture::Metadata metadata;
    metadata.command_line = command_line_of(target.pid);
    metadata.python_version = target.python_version;
    metadata.python_executable = target.python_executable;
    metadata.python_allocator = target.python_allocator;
    metadata.pid = target.pid;
    metadata.trace_python_allocators = request.attach.trace_python_allocators;
    metadata.aggregated = request.recorder.aggregate;
    return metadata;
}

bool readable(int fd, int timeout_ms) {
    pollfd waiting{fd, POLLIN, 0};
    return ::poll(&waiting, 1, timeout_ms) > 0;
}

// The exit code in /proc/PID/stat, as long as nobody has reaped the process; as waitpid has it.
capture::Ending ending_of_dead(pid_t pid) {
    const auto stat = base::try_read_file(fmt::format("/proc/{}/stat", pid));
    const std::size_t last = stat ? stat->find_last_of(' ') : std::string::npos;
    if (last == std::string::npos || stat->find(") Z ") == std::string::npos) {
        return {capture::EndKind::kUnknown, 0};
    }
    const int status = std::atoi(stat->c_str() + last);
    if (WIFSIGNALED(status)) { return {capture::EndKind::kSignaled, WTERMSIG(status)}; }
    return {capture::EndKind::kExited, WEXITSTATUS(status)};
}

}  // namespace

AttachedRecording::AttachedRecording(const AttachRequest& request)
    : request_(request), rendezvous_(request.attach.pid), attach_(request.attach), started_(Clock::now()) {
    // Only now: no thread of the target stands still for this. What it allocates meanwhile is in the rings.
    try {
        session::Target& target = attach_.target();
        recorder_.emplace(std::move(target.region), target.pid, metadata_of(request, target), request.recorder);
    } catch (const base::Error&) {
        leave_target();
        throw;
    }
}

std::optional<capture::Ending> AttachedRecording::ending() {
    const bool over = request_.duration.count() > 0 && Clock::now() - started_ >= request_.duration;
    if (over) { return capture::Ending{capture::EndKind::kDetached, 0}; }
    if (readable(attach_.target().pidfd.get(), 0)) { return ending_of_dead(request_.attach.pid); }
    if (recorder_->status().replaced) { return capture::Ending{capture::EndKind::kReplaced, 0}; }
    return std::nullopt;
}

std::string AttachedRecording::leave_target() {
    try {
        static_cast<void>(session::stop_recording(request_.attach.pid, true, request_.attach.timeout, {}));
        return {};
    } catch (const base::Error& error) { return error.what(); }
}

void AttachedRecording::discard() {
    leave_target();
    recorder_->discard();
}

std::string AttachedRecording::follow(const std::function<bool()>& stop,
                                      const std::function<void(const collector::RecorderStatus&)>& progress) {
    std::optional<capture::Ending> end;
    while (!end) {
        if (recorder_->recording()) {
            recorder_->step(kStep);
        } else {
            readable(attach_.target().pidfd.get(), static_cast<int>(kStep.count()));
        }
        const bool detach = rendezvous_.stop_requested() || stop() || !recorder_->status().failure.empty();
        end = detach ? capture::Ending{capture::EndKind::kDetached, 0} : ending();
        progress(recorder_->status());
    }
    std::string trouble;
    if (end->kind == capture::EndKind::kDetached) { trouble = leave_target(); }
    recorder_->finish(*end);
    attach_.release_memory();
    if (!recorder_->status().failure.empty()) { throw base::Error(recorder_->status().failure); }
    const std::string done = fmt::format("Recorded process {} into {}", request_.attach.pid, request_.recorder.path);
    return trouble.empty() ? done : fmt::format("{} (the hooks stay in it, switched off: {})", done, trouble);
}

}  // namespace memray::cli
