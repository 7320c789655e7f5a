// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/recording/command_recording.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "injector/base/error.h"
#include "injector/base/printable.h"
#include "injector/base/process.h"
#include "injector/capture/output_file.h"
#include "injector/pursuit/held_command.h"
#include "injector/pursuit/resolve_command.h"
#include "injector/recording/forwarded_signals.h"
#include "injector/recording/oom_counter.h"
#include "injector/recording/process_watch.h"

namespace memray::recording {
namespace {

std::string name_of(const std::string& path) { return std::filesystem::path(path).filename().string(); }

capture::Ending wait_for(const ProcessWatch& watch) {
    for (;;) {
        if (const auto ending = watch.await_end()) { return *ending; }
    }
}

// After go(): it has executed the command, or failed to and has ended.
void require_executed(pursuit::HeldCommand& command, const ProcessWatch& watch, const std::string& name) {
    const int error = pursuit::read_exec_error(command.take_exec_error());
    if (error == 0) { return; }
    static_cast<void>(wait_for(watch));
    throw base::system_error("Could not start " + name, error);
}

}  // namespace

CommandOutcome record_command(CommandRequest request) {
    const std::string& name = request.command.front();
    const std::string path = pursuit::resolve_command(name);
    pursuit::require_traceable(name, path);
    if (!request.output.empty()) { request.follow.order.output.emplace(request.output, name_of(path)); }
    const auto output_of = [&, given = request.follow.order.output](pid_t pid) {
        return given ? given->of(pid) : fmt::format("memray-{}.{}.bin", base::file_name_part(name_of(path)), pid);
    };
    capture::require_creatable(output_of(::getpid()), request.follow.order.capture.overwrite);
    Follower follower(std::move(request.follow));
    pursuit::HeldCommand command(path, request.command, follower.id());
    avoid_oom_killer();  // only now: the command would inherit it
    CommandOutcome outcome;
    outcome.output = output_of(command.id());
    follower.trace(command.id(), outcome.output);
    const base::UniqueFd pidfd = base::open_pidfd(command.id());
    const ForwardedSignals signals(command.id(), pidfd.get());
    const ProcessWatch watch(command.id(), pidfd.get(), ProcessWatch::Reaped::kHere);
    command.go();
    require_executed(command, watch, name);
    outcome.ending = wait_for(watch);
    outcome.followed = follower.finish();
    return outcome;
}

}  // namespace memray::recording
