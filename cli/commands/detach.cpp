// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/detach.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <functional>
#include <optional>

#include "cli/commands/process_argument.h"
#include "injector/base/printable.h"
#include "injector/injection/attach.h"
#include "injector/recording/rendezvous.h"

namespace memray::cli {
namespace {

constexpr std::chrono::seconds kTimeout{10};

}  // namespace

DetachCommand::DetachCommand(CLI::App& program)
    : Command(program, "detach", "End the tracking started by a previous `memray attach` call", "[options] pid") {
    CLI::App& app = options();
    add_pid(app, pid_, "Process id to detach from");
    add_method(app, method_);
    app.add_flag("-v,--verbose", verbosity_, "Print what is done in the process, and how long that takes");
}

// Nobody records it, or nobody any more: a recorder that was killed leaves its hooks behind.
std::string DetachCommand::clean_up() const {
    std::function<void(const std::string&)> tell;
    if (verbosity_ > 0) {
        tell = [](const std::string& text) { base::tell(text); };
    }
    switch (injection::stop_recording(pid_, false, kTimeout, tell)) {
        case injection::StopResult::kStopped:
        case injection::StopResult::kStillInside:
            return fmt::format("The recorder of process {} has died; its hooks were taken out", pid_);
        case injection::StopResult::kBusy:
            throw base::Error(fmt::format("Process {} is being recorded by somebody else", pid_));
        case injection::StopResult::kNothingToStop:
            break;
    }
    throw base::Error(fmt::format("Process {} is not being recorded: no previous `memray attach` call", pid_));
}

int DetachCommand::run() {
    const std::optional<std::string> answer = recording::ask_recorder(pid_, "stop");
    base::print_line(stdout, answer ? recording::said_by_recorder(*answer) : clean_up());
    return 0;
}

}  // namespace memray::cli
