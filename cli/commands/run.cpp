// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/run.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>

#include "cli/command_line/misplaced_option.h"
#include "cli/commands/live.h"
#include "cli/running/interpreter_check.h"
#include "injector/base/file.h"
#include "injector/base/printable.h"
#include "injector/recording/command_recording.h"
#include "injector/recording/oom_counter.h"
#include "injector/recording/process_facts.h"

namespace memray::cli {
namespace {

constexpr std::string_view kSuccess = R"([memray] Successfully generated profile results.

You can now generate reports from the stored allocation records.
Some example commands to generate reports:

memray flamegraph {0}
memray summary {0}
)";

std::int64_t now_ms() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

void print_status(const collector::RecorderStatus& status) {
    base::tell(fmt::format("{} events, {} bytes at the peak, {} bytes of capture", status.events, status.peak_bytes,
                           status.capture_bytes));
}

// Ends this process as the target ended: by the same signal, or returns the same exit code.
int end_like(const capture::Ending& ending) {
    if (ending.kind != capture::EndKind::kSignaled) { return ending.code; }
    std::fflush(stdout);
    const rlimit no_core{0, 0};  // the target's is the one of interest
    ::setrlimit(RLIMIT_CORE, &no_core);
    ::signal(ending.code, SIG_DFL);
    sigset_t only;
    ::sigemptyset(&only);
    ::sigaddset(&only, ending.code);
    ::sigprocmask(SIG_UNBLOCK, &only, nullptr);
    ::raise(ending.code);
    constexpr int kShellOffset = 128;
    return kShellOffset + ending.code;
}

}  // namespace

RunCommand::RunCommand(CLI::App& program, const Verbosity& verbosity)
    : Command(program, "run", "Run the specified application and track memory usage",
              "[options] [-m module | -c cmd | file | --exec command] [args]"),
      verbosity_(verbosity) {
    add_output_options();
    recording_.declare_content(options(), "tracked script");
    add_program_options();
}

void RunCommand::add_output_options() {
    CLI::App& app = options();
    app.add_option("-o,--output", output_,
                   "Output file name (default: memray-<program>.<pid>.bin, and none with --live and\n"
                   "--live-remote); %p: process id, %n: program, %h: host, %t: start time, %%: a percent sign")
        ->option_text("OUTPUT");
    auto* live = app.add_flag("--live", live_,
                              "Watch the program's memory in this terminal; its output goes into a pane and a file.\n"
                              "Without a terminal as text on standard error");
    app.add_flag("--live-remote", live_remote_,
                 "Wait until `memray live` in another terminal watches the program, then start it")
        ->excludes(live);
    app.add_option("-p,--live-port", live_port_,
                   "Listen on this TCP port of this machine, too, for viewers that have the token, as through ssh -L\n"
                   "(default: only at a socket of this user's)")
        ->option_text("LIVE_PORT");
    app.add_flag("-q,--quiet", quiet_, "Don't show any tracking-specific output while running");
    recording_.declare_file(app);
    app.add_flag("--buffered-file-io", buffered_, "Accepted for compatibility: captures are always written plainly");
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
    auto* exec = app.add_flag("--exec", exec_,
                              "Run any command instead of a Python program, and record every Python that it starts");
    exec->excludes(text);
    app.add_flag("-m", module_, "Run library module as a script (terminates option list)")
        ->excludes(text)
        ->excludes(exec);
}

void RunCommand::take_rest(const std::vector<std::string>& arguments) {
    rest_ = arguments;
    separated_ = !rest_.empty() && rest_.front() == "--";
    if (separated_) { rest_.erase(rest_.begin()); }
}

void RunCommand::refuse_what_is_missing() const {
    if (live_port_ && !live_remote_) { throw UsageError("The --live-port argument requires --live-remote"); }
    if (live_port_) { require_port(*live_port_); }
    if (exec_ && live()) { throw UsageError("--exec cannot be used with a live session"); }
    const char* option = recording_.needs_output();
    if (option == nullptr || !live() || !output_.empty()) { return; }
    throw UsageError(fmt::format("With a live session {} needs an output file (-o).", option));
}

Program RunCommand::program() const {
    if (rest_.empty()) { throw UsageError("the following arguments are required: file"); }
    const ProgramKind kind = module_ ? ProgramKind::kModule : text_ ? ProgramKind::kText : ProgramKind::kScript;
    return {kind, rest_.front(), {rest_.begin() + 1, rest_.end()}};
}

// Who writes "--" knows what belongs to whom.
std::optional<std::string> RunCommand::misplaced(const Program& program) const {
    return separated_ ? std::nullopt : misplaced_option(app(), program.arguments);
}

void RunCommand::require_there(const Program& program) const {
    try {
        require_runnable(program);
    } catch (const UsageError&) { throw; } catch (const base::Error& error) {
        const auto option = misplaced(program);
        if (!option) { throw; }
        throw base::Error(
            fmt::format("{} ({} stands behind it: options of memray run come first)", error.what(), *option));
    }
}

// Of one that failed, and got an option that was meant for us.
void RunCommand::point_out_misplaced(const Program& program, const capture::Ending& ending) const {
    const auto option = misplaced(program);
    const int code = ending.kind == capture::EndKind::kExited ? ending.code : 0;
    if (quiet_ || !option || !may_fail_for(app(), *option, code)) { return; }
    base::tell(
        fmt::format("{0} was an argument of {1}, which ended with exit code {2}; if it was meant for memray "
                    "run, it has to stand before {1}",
                    *option, program_name(program), code));
}

std::vector<std::string> RunCommand::interpreter_command(const Program& program) const {
    std::vector<std::string> command{python_};
    command.insert(command.end(), python_arguments_.begin(), python_arguments_.end());
    const std::vector<std::string> arguments = interpreter_arguments(program);
    command.insert(command.end(), arguments.begin(), arguments.end());
    return command;
}

capture::Metadata RunCommand::metadata(const Program& program, const recording::Order& order,
                                       const region::Target& target) {
    capture::Metadata metadata = recording::new_metadata(order);
    metadata.command_line = recording::command_line_of(::getpid());
    recording::describe_process(target, metadata);
    metadata.search_paths = own_search_paths(program);
    metadata.start_ms = now_ms();
    return metadata;
}

// Nobody may be listening any more; what counts is the program's own end.
void RunCommand::say(const std::string& text) const {
    if (quiet_) { return; }
    try {
        base::write_all(STDOUT_FILENO, text);
    } catch (const base::Error&) {}
}

std::optional<recording::OutputName> RunCommand::output_name(const Program& program) const {
    if (!output_.empty()) { return recording::OutputName(output_, program_name(program)); }
    return std::nullopt;
}

void RunCommand::watch(LiveSession& session, const Program& program) const {
    if (live_remote_) { session.watch_from_elsewhere(live_port_); }
    if (live_) { session.watch_here(program_name(program)); }
}

// What is named after the target can be known only now.
void RunCommand::name_capture(recording::Order& order, const Program& program, pid_t target) const {
    if (!order.output && !live()) { order.output = recording::OutputName::plain(default_output(program, target)); }
    order.capture.path = order.output ? order.output->of(target) : "";
}

capture::Ending RunCommand::record(LiveSession& session) const {
    const Program profiled = program();
    require_there(profiled);
    recording::Order order = recording_.order();
    order.output = output_name(profiled);
    watch(session, profiled);
    pursuit::Launch launch({interpreter_command(profiled), order.payload, order.plan});
    region::Target& target = launch.target();
    require_startable(profiled, target.python_executable, target.pid, python_arguments_);
    recording::avoid_oom_killer();  // only now: the target would inherit it

    const capture::Metadata facts = metadata(profiled, order, target);
    if (!session.begin(facts, target.pidfd.get())) { throw base::Error("The program was killed before it began"); }
    name_capture(order, profiled, target.pid);
    if (live()) { order.board = recording_.follows() ? session.show_processes() : nullptr; }
    recording::warn_of_unknown_python(target);
    recording::LaunchedRecording recording(launch, facts, order);
    const std::string& path = order.capture.path;
    if (!path.empty() && !live_) { say(fmt::format("Writing profile results into {}\n", path)); }
    recording.start();
    sockets::remove_dead_sockets();
    const recording::Outcome outcome = recording.follow([&] {
        if (live()) { session.step(recording.recorder()); }
        recording.share_stops(!session.has_terminal());
    });
    session.end(recording.recorder(), outcome.ending);
    if (outcome.written) { recording.announce(outcome.ending); }
    conclude(session, outcome, path, recording.finish_children());
    point_out_misplaced(profiled, outcome.ending);
    if (verbosity_.level > 0) { print_status(recording.recorder().status()); }
    return outcome.ending;
}

void RunCommand::conclude(LiveSession& session, const recording::Outcome& outcome, const std::string& path,
                          const std::string& children) const {
    const bool failed = outcome.ending.kind != capture::EndKind::kExited || outcome.ending.code != 0;
    fmt::print(stderr, "{}", session.close(failed));
    report(outcome, path, children);
}

recording::FollowRequest RunCommand::follow_request() const {
    recording::FollowRequest request;
    request.order = recording_.order();
    request.order.plan.follow_forks = request.order.plan.follow_execs = true;
    request.metadata = recording::new_metadata(request.order);
    request.metadata.search_paths = {std::filesystem::current_path()};
    return request;
}

capture::Ending RunCommand::record_whatever_starts() const {
    if (rest_.empty()) { throw UsageError("the following arguments are required: command"); }
    const recording::CommandOutcome outcome = recording::record_command({rest_, output_, follow_request()});
    const recording::Followed& followed = outcome.followed;
    if (followed.first) { say(fmt::format(kSuccess, outcome.output)); }
    if (!followed.text.empty()) { say(fmt::format("\nOther processes: {}\n", followed.text)); }
    if (!followed.first && followed.text.empty()) {
        base::tell(fmt::format("{} started no Python that could be recorded", rest_.front()));
    }
    return outcome.ending;
}

void RunCommand::report(const recording::Outcome& outcome, const std::string& path, const std::string& children) const {
    if (outcome.written && !path.empty()) { say(fmt::format(kSuccess, path)); }
    if (!children.empty()) { say(fmt::format("\nOther processes: {}\n", children)); }
}

int RunCommand::run() {
    refuse_what_is_missing();
    if (exec_) { return end_like(record_whatever_starts()); }
    LiveSession session;
    try {
        return end_like(record(session));
    } catch (const base::Error&) {
        fmt::print(stderr, "{}", session.close(true));
        throw;
    }
}

}  // namespace memray::cli
