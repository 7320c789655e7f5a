// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// memray attach: records a Python process that runs already.
#pragma once

#include <optional>
#include <string>

#include "cli/commands/attached_recording.h"
#include "cli/commands/command.h"

namespace memray::cli {

class AttachCommand : public Command {
public:
    AttachCommand(CLI::App& program, const Verbosity& verbosity);
    int run() override;

private:
    void add_output_options();
    void add_recording_options();
    void add_attach_options();
    void refuse_what_is_missing() const;
    [[nodiscard]] AttachRequest request() const;
    void end_other_recording() const;
    int run_and_return(const AttachRequest& request) const;
    int run_and_wait(const AttachRequest& request) const;

    const Verbosity& verbosity_;
    int pid_{0};
    std::string output_;
    bool force_{false};
    bool aggregate_{false};
    bool native_{false};
    bool follow_fork_{false};
    bool trace_python_allocators_{false};
    bool compress_{false};  // the default anyway
    bool no_compress_{false};
    bool wait_{false};
    bool force_detach_{false};
    int duration_{0};
    double timeout_{10};
    std::string method_{"auto"};
    int own_verbosity_{0};
};

}  // namespace memray::cli
