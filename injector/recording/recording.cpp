// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/recording/recording.h"

#include <fmt/format.h>

#include <chrono>

#include "injector/base/printable.h"
#include "injector/recording/exit_command.h"

namespace memray::recording {
namespace {

constexpr std::chrono::milliseconds kIdle{20};  // while the process tears itself down, or cannot be recorded any more

collector::RecorderOptions with_path(collector::RecorderOptions options, const std::string& path) {
    options.path = path;
    return options;
}

}  // namespace

Recording::Recording(base::SharedMemory region, pid_t pid, const capture::Metadata& facts, const Order& order,
                     const std::string& path)
    : pid_(pid),
      path_(path),
      on_exit_(order.on_exit),
      recorder_(std::move(region), pid, facts, with_path(order.capture, path)),
      snapshots_(order.snapshots, with_path(order.capture, path), recorder_) {}

capture::Ending Recording::run(const ProcessWatch& watch, std::chrono::milliseconds longest, const Between& between) {
    for (;;) {
        const collector::RecorderStatus status = recorder_.status();
        if (status.replaced) { return {capture::EndKind::kReplaced, 0}; }
        if (const auto ending = watch.ended()) { return *ending; }
        if (const auto ending = between(status)) { return *ending; }
        if (status.failure.empty()) { serve(); }
        if (recorder_.recording()) {
            recorder_.step(longest);
        } else {
            watch.wait(kIdle);
        }
    }
}

void Recording::serve() {
    snapshots_.step(rendezvous_.get());
    if (rendezvous_) { rendezvous_->refuse_to_stop(); }
    if (const auto failure = snapshots_.take_failure()) {
        base::tell(fmt::format("no snapshot of process {} was written: {}", pid_, *failure));
    }
}

void Recording::finish(const capture::Ending& ending) {
    recorder_.finish(ending);
    snapshots_.end(rendezvous_.get());
}

void Recording::announce(const capture::Ending& ending) const {
    if (!path_.empty()) { run_exit_command(on_exit_, path_, ending); }
}

}  // namespace memray::recording
