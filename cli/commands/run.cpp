// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "cli/commands/forwarded_signals.h"
#include "cli/commands/interpreter_check.h"
#include "cli/commands/option_split.h"
#include "cli/commands/payload_file.h"
#include "cli/commands/recording.h"
#include "cli/commands/target_watch.h"
#include "injector/base/file.h"
#include "injector/collector/recorder.h"

namespace memray::cli {
namespace {

constexpr std::string_view kSuccess = R"([memray] Successfully generated profile results.

You can now generate reports from the stored allocation records.
Some example commands to generate reports:

memray summary {}
)";

// MEMRAY_SLOTS and MEMRAY_RING_WORDS: for tests, which need rings that are full all the time.
void override_from_environment(const char* name, std::uint32_t& value) {
    const char* text = std::getenv(name);
    if (text == nullptr) { return; }
    const std::string_view digits(text);
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
}

std::string own_command_line() {
    std::string line = base::try_read_file("/proc/self/cmdline").value_or("");
    while (line.ends_with('\0')) { line.pop_back(); }
    std::replace(line.begin(), line.end(), '\0', ' ');
    return line;
}

std::int64_t now_ms() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

void print_status(const collector::RecorderStatus& status) {
    fmt::print(stderr, "memray: {} events, {} bytes at the peak, {} bytes of capture\n", status.events,
               status.peak_bytes, status.capture_bytes);
}

}  // namespace

RunCommand::RunCommand(CLI::App& program, const Verbosity& verbosity)
    : Command(program, "run", "Run the specified application and track memory usage",
              "[options] [-m module | -c cmd | file] [args]"),
      verbosity_(verbosity) {
    add_output_options();
    add_recording_options();
    add_program_options();
}

void RunCommand::add_output_options() {
    CLI::App& app = options();
    auto* output = app.add_option("-o,--output", output_, "Output file name (default: memray-<program>.<pid>.bin)")
                       ->option_text("OUTPUT");
    auto* live = app.add_flag("--live", live_, "Start a live tracking session (not available yet)");
    auto* remote = app.add_flag("--live-remote", live_remote_,
                                "Start a live tracking session and wait until a client connects (not available yet)");
    live->excludes(output)->excludes(remote);
    remote->excludes(output);
    app.add_option("-p,--live-port", live_port_, "Port to use for live tracking (not available yet)")
        ->option_text("LIVE_PORT");
    app.add_flag("-q,--quiet", quiet_, "Don't show any tracking-specific output while running");
    app.add_flag("-f,--force", force_, "If the output file already exists, overwrite it");
    app.add_flag("--buffered-file-io", buffered_, "Accepted for compatibility: captures are always written plainly");
    auto* compress = app.add_flag("--compress-on-exit", compress_, "Compress the capture using lz4 (default)");
    app.add_flag("--no-compress", no_compress_, "Do not compress the capture")->excludes(compress);
}

void RunCommand::add_recording_options() {
    CLI::App& app = options();
    app.add_flag("--aggregate", aggregate_, "Write aggregated stats to the output file instead of all allocations");
    app.add_flag("--native", native_, "Track native (C/C++) stack frames as well (not available yet)");
    app.add_flag("--follow-fork", follow_fork_,
                 "Record allocations in child processes forked from the tracked script (not available yet)");
    app.add_flag("--trace-python-allocators", trace_python_allocators_,
                 "Record allocations made by the pymalloc allocator");
}

void RunCommand::add_program_options() {
    CLI::App& app = options();
    app.add_option("--python", python_, "Interpreter to run (default: python3 on PATH)")->option_text("EXE");
    // Not a list of values: the next argument would be taken for one.
    app.add_option("--python-arg", python_arguments_, "Option for the interpreter, such as -I; can be repeated")
        ->option_text("ARG")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    auto* text = app.add_flag("-c", text_, "Program passed in as string");
    app.add_flag("-m", module_, "Run library module as a script (terminates option list)")->excludes(text);
}

std::size_t RunCommand::own_arguments(const std::vector<std::string>& arguments) const {
    return leading_options(app(), arguments);
}

void RunCommand::take_rest(const std::vector<std::string>& arguments) {
    rest_ = arguments;
    if (!rest_.empty() && rest_.front() == "--") { rest_.erase(rest_.begin()); }
}

void RunCommand::refuse_what_is_missing() const {
    if (live_port_ && !live_remote_) { throw UsageError("The --live-port argument requires --live-remote"); }
    const auto refuse = [](bool used, const char* option) {
        if (used) { throw base::Error(fmt::format("memray run {} is not available yet", option), 2); }
    };
    refuse(live_, "--live");
    refuse(live_remote_, "--live-remote");
    refuse(native_, "--native");
    refuse(follow_fork_, "--follow-fork");
}

Program RunCommand::program() const {
    if (rest_.empty()) { throw UsageError("the following arguments are required: file"); }
    const ProgramKind kind = module_ ? ProgramKind::kModule : text_ ? ProgramKind::kText : ProgramKind::kScript;
    return {kind, rest_.front(), {rest_.begin() + 1, rest_.end()}};
}

session::LaunchOptions RunCommand::launch_options(const Program& program) const {
    session::LaunchOptions options;
    options.command = {python_};
    options.command.insert(options.command.end(), python_arguments_.begin(), python_arguments_.end());
    const std::vector<std::string> arguments = interpreter_arguments(program);
    options.command.insert(options.command.end(), arguments.begin(), arguments.end());
    options.payload = find_payload();
    options.trace_python_allocators = trace_python_allocators_;
    override_from_environment("MEMRAY_SLOTS", options.sizes.slots);
    override_from_environment("MEMRAY_RING_WORDS", options.sizes.ring_words);
    return options;
}

capture::Metadata RunCommand::metadata(const Program& program, const session::Target& target) const {
    capture::Metadata metadata;
    metadata.command_line = own_command_line();
    metadata.python_version = target.python_version;
    metadata.python_executable = target.python_executable;
    metadata.python_allocator = target.python_allocator;
    metadata.search_paths = own_search_paths(program);
    metadata.pid = target.pid;
    metadata.start_ms = now_ms();
    metadata.trace_python_allocators = trace_python_allocators_;
    metadata.aggregated = aggregate_;
    return metadata;
}

// Nobody may be listening any more; what counts is the program's own end.
void RunCommand::say(const std::string& text) const {
    if (quiet_) { return; }
    try {
        base::write_all(STDOUT_FILENO, text);
    } catch (const base::Error&) {}
}

capture::Ending RunCommand::record() const {
    const Program profiled = program();
    require_runnable(profiled);
    session::Launch launch(launch_options(profiled));
    session::Target& target = launch.target();
    require_startable(profiled, target.python_executable, target.pid, python_arguments_);

    const ForwardedSignals signals(target.pid, target.pidfd.get());
    const std::string path = output_.empty() ? default_output(profiled, target.pid) : output_;
    collector::Recorder recorder(std::move(target.region), target.pid, metadata(profiled, target),
                                 {path, force_, !no_compress_, aggregate_});
    TargetWatch watch(target.pid, target.pidfd.get());
    say(fmt::format("Writing profile results into {}\n", path));
    start(launch, recorder);
    const Outcome outcome = follow(watch, recorder);
    if (outcome.written) { say(fmt::format(kSuccess, path)); }
    if (verbosity_.level > 0) { print_status(recorder.status()); }
    return outcome.ending;
}

int RunCommand::run() {
    refuse_what_is_missing();
    // A limit on file sizes is an error like others. The target may inherit this: CPython ignores the signal, too.
    ::signal(SIGXFSZ, SIG_IGN);
    return end_like(record());
}

}  // namespace memray::cli
