// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/recording/child_recording.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include "injector/base/error.h"
#include "injector/base/printable.h"
#include "injector/base/process.h"
#include "injector/live/shown_process.h"
#include "injector/recording/recording.h"

namespace memray::recording {
namespace {

// Descriptors: of the child, its shared memory, its capture, its socket and two files that say how much memory it has,
// and some for what is looked at meanwhile. And what this process holds besides.
constexpr rlim_t kOfEach = 8;
constexpr rlim_t kOfProcess = 32;
std::atomic<rlim_t> living{0};
std::atomic<bool> told{false};

}  // namespace

ChildRecording::ChildRecording(Child child, PathOf path_of, capture::Metadata metadata, const Order& order)
    : child_(std::move(child)),
      path_of_(std::move(path_of)),
      metadata_(std::move(metadata)),
      order_(order),
      watch_(child_.pid, child_.pidfd.get(), ProcessWatch::Reaped::kElsewhere),
      thread_([this] { run(); }) {
    ++living;
}

ChildRecording::~ChildRecording() {
    thread_.join();
    --living;
}

bool ChildRecording::has_room() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || kOfProcess + (living + 1) * kOfEach <= limit.rlim_cur) {
        return true;
    }
    if (!told.exchange(true)) {
        base::tell(
            fmt::format("no more than {} child processes are recorded at the same time: the limit on open files is {}",
                        living.load(), limit.rlim_cur));
    }
    return false;
}

bool ChildRecording::child_has_ended() const { return base::has_ended(child_.pidfd.get()); }

void ChildRecording::run() noexcept {
    try {
        record();
    } catch (const std::exception& error) {
        base::tell(fmt::format("child process {} is not recorded: {}", child_.pid, error.what()));
    }
    // Until then the child may write into its region.
    while (!child_has_ended()) { watch_.wait(); }
    over_.store(true, std::memory_order_release);
}

void ChildRecording::record() {
    Recording recording(std::move(child_.region), child_.pid, metadata_, order_, path_of_(child_.pid));
    recording.listen(try_listen(child_.pid));
    std::optional<live::ShownProcess> shown;
    if (order_.board) { shown.emplace(*order_.board, recording.recorder().look().metadata); }
    const capture::Ending ending =
        recording.run(watch_, Recording::kRelaxed, [&](const auto&) -> std::optional<capture::Ending> {
            if (shown) { shown->step(recording.recorder()); }
            return std::nullopt;
        });
    recording.finish(ending);
    if (shown) { shown->finish(recording.recorder(), ending); }
    if (!recording.failure().empty()) { throw base::Error(recording.failure()); }
    recording.announce(ending);
}

}  // namespace memray::recording
