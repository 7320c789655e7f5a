// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// memray attach: records a Python process that runs already.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "cli/commands/command.h"
#include "cli/commands/recording_options.h"
#include "injector/recording/attached_recording.h"

namespace memray::cli {

class AttachCommand : public Command {
public:
    AttachCommand(CLI::App& program, const Verbosity& verbosity);
    int run() override;

private:
    void add_output_options();
    void add_time_options();
    void add_attach_options();
    void refuse_what_is_missing() const;
    [[nodiscard]] recording::AttachRequest request() const;
    void end_other_recording() const;
    void tell_time(const recording::AttachRequest& request) const;
    int run_and_return(const recording::AttachRequest& request) const;
    int run_and_wait(const recording::AttachRequest& request) const;
    int run_and_watch(recording::AttachRequest request) const;

    const Verbosity& verbosity_;
    int pid_{0};
    std::string output_;
    RecordingOptions recording_;
    bool wait_{false};
    bool force_detach_{false};
    int duration_{0};
    double timeout_{10};
    std::string method_{"auto"};
    int own_verbosity_{0};
    std::chrono::steady_clock::time_point started_{std::chrono::steady_clock::now()};
};

}  // namespace memray::cli
