// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The snapshots of one recording: those of --snapshot-every and --snapshot-on-rss, and those that `memray snapshot`
// asks for. One is written at a time.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <future>
#include <optional>
#include <string>

#include "injector/collector/recorder.h"
#include "injector/recording/rendezvous.h"

namespace memray::recording {

struct SnapshotOptions {
    std::chrono::duration<double> every{0};  // 0: never
    std::uint64_t on_rss{0};                 // bytes, 0: never
};

class Snapshots {
public:
    static constexpr std::size_t kKept = 10;

    // `recorder` must outlive this. They are called <path of the capture>.snapshot-<number>.
    Snapshots(SnapshotOptions options, collector::RecorderOptions capture, collector::Recorder& recorder);

    // Between two steps of the recorder: takes what is due, and answers those who asked by `rendezvous`, if any.
    void step(Rendezvous* rendezvous);

    // The recording ends: waits for the snapshot that is being written.
    void end(Rendezvous* rendezvous);

    // Why the latest snapshot that was due could not be written, once.
    [[nodiscard]] std::optional<std::string> take_failure();

private:
    using Clock = std::chrono::steady_clock;
    struct Writing {
        std::string path;
        bool own;  // not asked for
        std::future<void> done;
    };

    void finish(Rendezvous* rendezvous);
    [[nodiscard]] bool is_due();
    void start(const std::string& path, bool overwrite, bool own);
    void keep(const std::string& path);
    // The next number, or unless it may overwrite that, the next of which there is no file.
    [[nodiscard]] std::string next_path(bool overwrite);

    SnapshotOptions options_;
    collector::RecorderOptions capture_;
    collector::Recorder& recorder_;
    Clock::time_point next_;
    bool armed_{true};  // resident memory was below the limit since
    std::uint64_t number_{0};
    std::optional<Writing> writing_;
    std::deque<std::string> kept_;
    std::optional<std::string> failure_;
};

}  // namespace memray::recording
