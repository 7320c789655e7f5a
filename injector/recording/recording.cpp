// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/recording/recording.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <optional>
#include <string>

#include "injector/base/error.h"
#include "injector/base/printable.h"

namespace memray::recording {
namespace {

using capture::Ending;
using collector::Recorder;

constexpr std::chrono::milliseconds kStep{10};
constexpr std::chrono::milliseconds kTeardownStep{50};

class Follower {
public:
    Follower(TargetWatch& watch, Recorder& recorder, const std::function<void()>& meanwhile)
        : watch_(watch), recorder_(recorder), meanwhile_(meanwhile) {}

    Outcome run() {
        std::optional<Ending> ending = record();
        const bool written = finish(ending.value_or(Ending{capture::EndKind::kReplaced, 0}));
        while (!ending) {
            meanwhile_();
            watch_.wait(kTeardownStep);
            ending = watch_.try_reap();
        }
        return {*ending, written};
    }

private:
    // Nothing if the target is another program now.
    std::optional<Ending> record() {
        for (;;) {
            if (const auto ending = watch_.try_reap()) { return ending; }
            meanwhile_();
            if (!recorder_.recording()) {
                watch_.wait(kTeardownStep);
                continue;
            }
            recorder_.step(kStep);
            const collector::RecorderStatus status = recorder_.status();
            report(status.failure);
            if (status.replaced) { return std::nullopt; }
        }
    }
    bool finish(Ending ending) {
        try {
            recorder_.finish(ending);
        } catch (const base::Error& error) {
            if (!failed_) { base::tell(error.what()); }
            return false;
        }
        report(recorder_.status().failure);
        return !failed_;
    }
    void report(const std::string& failure) {
        if (failed_ || failure.empty()) { return; }
        failed_ = true;
        base::tell(fmt::format("recording stopped: {}; the program goes on", failure));
    }

    TargetWatch& watch_;
    Recorder& recorder_;
    const std::function<void()>& meanwhile_;
    bool failed_{false};
};

}  // namespace

void start(pursuit::Launch& launch, Recorder& recorder) {
    try {
        launch.resume();
    } catch (const base::Error&) {
        recorder.discard();
        throw;
    }
}

Outcome follow(TargetWatch& watch, Recorder& recorder, const std::function<void()>& meanwhile) {
    return Follower(watch, recorder, meanwhile).run();
}

}  // namespace memray::recording
