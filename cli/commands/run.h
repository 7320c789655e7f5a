// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// memray run: starts a Python program and records its memory until it ends.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands/command.h"
#include "cli/commands/program.h"
#include "injector/capture/profile.h"
#include "injector/session/launch.h"

namespace memray::cli {

class RunCommand : public Command {
public:
    RunCommand(CLI::App& program, const Verbosity& verbosity);

    [[nodiscard]] std::size_t own_arguments(const std::vector<std::string>& arguments) const override;
    void take_rest(const std::vector<std::string>& arguments) override;
    // The exit code is that of the profiled program; if a signal ended that, this process ends by the same.
    int run() override;

private:
    void add_output_options();
    void add_recording_options();
    void add_program_options();
    void refuse_what_is_missing() const;
    [[nodiscard]] Program program() const;
    [[nodiscard]] session::LaunchOptions launch_options(const Program& program) const;
    [[nodiscard]] capture::Metadata metadata(const Program& program, const session::Target& target) const;
    [[nodiscard]] capture::Ending record() const;
    void say(const std::string& text) const;

    const Verbosity& verbosity_;
    std::string output_;
    bool force_{false};
    bool quiet_{false};
    bool compress_{false};  // the default anyway
    bool no_compress_{false};
    bool aggregate_{false};
    bool trace_python_allocators_{false};
    bool native_{false};
    bool follow_fork_{false};
    bool buffered_{false};  // no effect
    bool live_{false};
    bool live_remote_{false};
    std::optional<int> live_port_;
    bool text_{false};
    bool module_{false};
    std::string python_{"python3"};
    std::vector<std::string> python_arguments_;
    std::vector<std::string> rest_;  // program and its arguments
};

}  // namespace memray::cli
