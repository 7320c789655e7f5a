// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/recording_options.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <string_view>

#include "injector/base/test_switch.h"
#include "injector/injection/payload_library.h"

namespace memray::cli {
namespace {

constexpr double kShortestInterval = 0.1;
constexpr double kLongestInterval = 1e7;

// Tests need rings that are full all the time.
void override_by_test(const char* name, std::uint32_t& value) {
    const char* text = base::test_switch(name);
    if (text == nullptr) { return; }
    const std::string_view digits(text);
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
}

}  // namespace

void RecordingOptions::declare_file(CLI::App& app) {
    app.add_flag("-f,--force", force, "If the output file already exists, overwrite it");
    app.add_option("--on-exit", on_exit,
                   "Shell command to run when a capture is complete; MEMRAY_CAPTURE is its path, MEMRAY_EXIT the exit "
                   "status of the program")
        ->option_text("CMD");
    app.add_option("--snapshot-every", snapshot_every,
                   "Write a capture of the moment every SECONDS, into OUTPUT.snapshot-1, -2, ...; the newest 10 stay")
        ->option_text("SECONDS")
        ->check(CLI::Range(kShortestInterval, kLongestInterval));
    app.add_option("--snapshot-on-rss", snapshot_rss,
                   "Write such a capture when resident memory reaches SIZE (500M, 1.5G), and when it does so again\n"
                   "after having fallen below 9/10 of it")
        ->option_text("SIZE")
        ->transform(CLI::AsSizeValue(false))
        ->check(CLI::PositiveNumber);
    auto* lz4 = app.add_flag("--compress-on-exit", compress, "Compress the capture using lz4 (default)");
    app.add_flag("--no-compress", no_compress, "Do not compress the capture")->excludes(lz4);
}

void RecordingOptions::declare_content(CLI::App& app, const std::string& forking) {
    app.add_flag("--aggregate", aggregate, "Write aggregated stats to the output file instead of all allocations");
    app.add_flag("--native", native, "Track native (C/C++) stack frames as well; the live view does not show them");
    app.add_flag("--follow-fork", follow_fork,
                 fmt::format("Record child processes forked from the {}, too, each into OUTPUT.<pid>;\n"
                             "the live view lists them all, with or without an output file",
                             forking));
    app.add_flag("--follow-exec", follow_exec,
                 fmt::format("The same, and other Pythons that the {} or a child executes", forking));
    app.add_flag("--trace-python-allocators", trace_python_allocators,
                 "Record allocations made by the pymalloc allocator");
}

const char* RecordingOptions::needs_output() const noexcept {
    if (aggregate) { return "--aggregate"; }
    if (snapshot_every > 0) { return "--snapshot-every"; }
    if (snapshot_rss > 0) { return "--snapshot-on-rss"; }
    return on_exit.empty() ? nullptr : "--on-exit";
}

region::RecordingPlan RecordingOptions::plan() const {
    region::RecordingPlan plan;
    plan.trace_python_allocators = trace_python_allocators;
    plan.native = native;
    plan.follow_forks = follows();
    plan.follow_execs = follow_exec;
    override_by_test("MEMRAY_SLOTS", plan.sizes.slots);
    override_by_test("MEMRAY_RING_WORDS", plan.sizes.ring_words);
    return plan;
}

recording::Order RecordingOptions::order() const {
    recording::Order order;
    order.plan = plan();
    order.payload = injection::payload_path();
    order.capture = {"", force, !no_compress, aggregate};
    order.on_exit = on_exit;
    order.snapshots = {std::chrono::duration<double>(snapshot_every), snapshot_rss};
    return order;
}

}  // namespace memray::cli
