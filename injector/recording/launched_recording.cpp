// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/recording/launched_recording.h"

#include <fmt/format.h>

#include <chrono>

#include "injector/base/error.h"
#include "injector/base/printable.h"
#include "injector/recording/process_facts.h"

namespace memray::recording {
namespace {

constexpr std::chrono::milliseconds kStep{10};
constexpr std::chrono::milliseconds kOtherProgram{50};

}  // namespace

LaunchedRecording::LaunchedRecording(pursuit::Launch& launch, const capture::Metadata& facts, const Order& order)
    : launch_(launch),
      signals_(launch.target().pid, launch.target().pidfd.get()),
      recording_(std::move(launch.target().region), launch.target().pid, facts, order, order.capture.path),
      watch_(launch.target().pid, launch.target().pidfd.get(), ProcessWatch::Reaped::kHere) {
    if (order.plan.follow_forks) {
        follower_.emplace(FollowRequest{order, std::move(launch.target().children), facts, false});
    }
}

void LaunchedRecording::start() {
    try {
        launch_.resume();
    } catch (const base::Error&) {
        recording_.discard();
        throw;
    }
    recording_.listen(try_listen(launch_.target().pid));
}

Outcome LaunchedRecording::follow(const std::function<void()>& meanwhile) {
    capture::Ending ending = recording_.run(watch_, kStep, [&](const auto& status) -> std::optional<capture::Ending> {
        tell(status.failure);
        meanwhile();
        return std::nullopt;
    });
    const bool written = finish(ending);
    while (ending.kind == capture::EndKind::kReplaced) {
        meanwhile();
        watch_.wait(kOtherProgram);
        ending = watch_.ended().value_or(ending);
    }
    return {ending, written};
}

bool LaunchedRecording::finish(const capture::Ending& ending) {
    try {
        recording_.finish(ending);
    } catch (const base::Error& error) {
        if (!told_) { base::tell(error.what()); }
        return false;
    }
    tell(recording_.failure());
    return recording_.failure().empty();
}

void LaunchedRecording::tell(const std::string& failure) {
    if (told_ || failure.empty()) { return; }
    told_ = true;
    base::tell(fmt::format("recording stopped: {}; the program goes on", failure));
}

}  // namespace memray::recording
