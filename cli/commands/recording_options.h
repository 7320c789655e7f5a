// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What `memray run` and `memray attach` have in common: what is recorded, and how it is written.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

#include "injector/recording/order.h"
#include "injector/region/recording_plan.h"

namespace memray::cli {

struct RecordingOptions {
    bool force{false};
    std::string on_exit;
    bool compress{false};  // the default anyway
    bool no_compress{false};
    bool aggregate{false};
    bool native{false};
    bool follow_fork{false};
    bool follow_exec{false};  // implies the above
    bool trace_python_allocators{false};
    double snapshot_every{0};       // seconds, 0: never
    std::uint64_t snapshot_rss{0};  // bytes, 0: never

    // --force, snapshots and the compression of the capture.
    void declare_file(CLI::App& app);
    // What is recorded; `forking` is what forks the children of --follow-fork.
    void declare_content(CLI::App& app, const std::string& forking);

    [[nodiscard]] bool follows() const noexcept { return follow_fork || follow_exec; }
    // An option that is given and makes no sense without a capture file; nullptr if there is none.
    [[nodiscard]] const char* needs_output() const noexcept;
    // All of it but names and viewers. Throws base::Error if there is nothing to load into processes.
    [[nodiscard]] recording::Order order() const;

private:
    [[nodiscard]] region::RecordingPlan plan() const;
};

}  // namespace memray::cli
