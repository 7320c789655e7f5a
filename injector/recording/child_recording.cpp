// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/recording/child_recording.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdio>

#include "injector/recording/exit_command.h"
#include "injector/recording/process_ending.h"
#include "injector/live/shown_process.h"
#include "injector/base/error.h"
#include "injector/base/printable.h"
#include "injector/base/process.h"

namespace memray::recording {
namespace {

constexpr std::chrono::milliseconds kStep{20};

// Descriptors: of the child, its shared memory, its capture, its socket and two files that say how much memory it has,
// and some for what is looked at meanwhile. And what this process holds besides.
constexpr rlim_t kOfEach = 8;
constexpr rlim_t kOfProcess = 32;
std::atomic<rlim_t> living{0};
std::atomic<bool> told{false};

void wait_for(int pidfd) {
    while (!base::has_ended(pidfd)) { wait_for_end(pidfd, std::chrono::seconds(1)); }
}

}  // namespace

ChildRecording::ChildRecording(Child child, PathOf path_of, capture::Metadata metadata,
                               collector::RecorderOptions options, std::string on_exit, SnapshotOptions snapshots,
                               live::ProcessBoard* board)
    : child_(std::move(child)),
      path_of_(std::move(path_of)),
      metadata_(std::move(metadata)),
      options_(std::move(options)),
      on_exit_(std::move(on_exit)),
      snapshots_(snapshots),
      board_(board),
      oom_(child_.pid),
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
    wait_for(child_.pidfd.get());
    over_.store(true, std::memory_order_release);
}

void ChildRecording::record() {
    options_.path = path_of_(child_.pid);
    collector::Recorder recorder(std::move(child_.region), child_.pid, metadata_, options_);
    Snapshots snapshots(snapshots_, options_, recorder);
    const std::unique_ptr<Rendezvous> rendezvous = try_listen(child_.pid);
    std::optional<live::ShownProcess> shown;
    if (board_ != nullptr) { shown.emplace(*board_, recorder.look().metadata); }
    const capture::Ending ending = follow(recorder, [&] {
        snapshots.serve(rendezvous.get(), child_.pid);
        if (shown) { shown->step(recorder); }
    });
    recorder.finish(ending);
    snapshots.end(rendezvous.get());
    if (shown) { shown->finish(recorder, ending); }
    if (!recorder.status().failure.empty()) { throw base::Error(recorder.status().failure); }
    run_exit_command(on_exit_, options_.path, ending);
}

capture::Ending ChildRecording::follow(collector::Recorder& recorder, const std::function<void()>& meanwhile) const {
    for (;;) {
        meanwhile();
        if (base::has_ended(child_.pidfd.get())) { return oom_.explain(ending_of(child_.pid, child_.pidfd.get())); }
        if (recorder.status().replaced) { return {capture::EndKind::kReplaced, 0}; }
        if (recorder.recording()) {
            recorder.step(kStep);
        } else {
            wait_for_end(child_.pidfd.get(), kStep);
        }
    }
}

}  // namespace memray::recording
