// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// memray run: starts a Python program and records its memory until it ends.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/commands/command.h"
#include "cli/commands/recording_options.h"
#include "cli/running/live_session.h"
#include "cli/running/program.h"
#include "injector/capture/profile.h"
#include "injector/recording/launched_recording.h"
#include "injector/region/target.h"

namespace memray::cli {

class RunCommand : public Command {
public:
    RunCommand(CLI::App& program, const Verbosity& verbosity);

    [[nodiscard]] bool runs_program() const override { return true; }
    void take_rest(const std::vector<std::string>& arguments) override;
    // The exit code is that of the profiled program; if a signal ended that, this process ends by the same.
    int run() override;

private:
    void add_output_options();
    void add_program_options();
    void refuse_what_is_missing() const;
    [[nodiscard]] Program program() const;
    [[nodiscard]] std::optional<std::string> misplaced(const Program& program) const;
    void require_there(const Program& program) const;
    void point_out_misplaced(const Program& program, const capture::Ending& ending) const;
    [[nodiscard]] std::vector<std::string> interpreter_command(const Program& program) const;
    [[nodiscard]] static capture::Metadata metadata(const Program& program, const recording::Order& order,
                                                    const region::Target& target);
    [[nodiscard]] bool live() const noexcept { return live_ || live_remote_; }
    // The name of the capture; nothing if the live view is all that is wanted.
    [[nodiscard]] std::optional<recording::OutputName> output_name(const Program& program) const;
    void name_capture(recording::Order& order, const Program& program, pid_t target) const;
    void watch(LiveSession& session, const Program& program) const;
    [[nodiscard]] capture::Ending record(LiveSession& session) const;
    void conclude(LiveSession& session, const recording::Outcome& outcome, const std::string& path,
                  const std::string& children) const;
    void report(const recording::Outcome& outcome, const std::string& path, const std::string& children) const;
    [[nodiscard]] recording::FollowRequest follow_request() const;
    [[nodiscard]] capture::Ending record_whatever_starts() const;
    void say(const std::string& text) const;

    const Verbosity& verbosity_;
    std::string output_;
    bool quiet_{false};
    RecordingOptions recording_;
    bool buffered_{false};  // no effect
    bool live_{false};
    bool live_remote_{false};
    std::optional<int> live_port_;
    bool text_{false};
    bool module_{false};
    bool exec_{false};
    std::string python_{"python3"};
    std::vector<std::string> python_arguments_;
    std::vector<std::string> rest_;  // program and its arguments
    bool separated_{false};          // by "--" from our own
};

}  // namespace memray::cli
