// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/attach.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>

#include "cli/commands/process_argument.h"
#include "cli/report/format.h"
#include "cli/running/background.h"
#include "cli/running/view_process.h"
#include "injector/base/descriptors.h"
#include "injector/base/file.h"
#include "injector/base/printable.h"
#include "injector/capture/output_file.h"
#include "injector/injection/attach_checks.h"
#include "injector/live/server.h"

namespace memray::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kLongest = 100'000'000;  // seconds, three years
constexpr double kShortestTimeout = 0.001;

std::atomic<bool> interrupted{false};

void note_interrupt(int /*number*/) { interrupted = true; }

void catch_interrupts() {
    struct sigaction action {};
    action.sa_handler = note_interrupt;
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) { ::sigaction(number, &action, nullptr); }
}

std::string name_of(pid_t pid) {
    std::string name = base::try_read_file(fmt::format("/proc/{}/comm", pid)).value_or("");
    while (name.ends_with('\n')) { name.pop_back(); }
    return name;
}

// One line on the terminal, a few times a second.
class ProgressLine {
public:
    void show(const collector::RecorderStatus& status) {
        if (!visible_ || Clock::now() < next_) { return; }
        next_ = Clock::now() + std::chrono::milliseconds(200);
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - start_).count();
        fmt::print(stderr, "\r{} s, {} events, heap {}, peak {}, capture {}\x1b[K", seconds, status.events,
                   report::size_text(status.heap_bytes), report::size_text(status.peak_bytes),
                   report::size_text(status.capture_bytes));
    }
    void end() const {
        if (visible_) { fmt::print(stderr, "\r\x1b[K"); }
    }

private:
    bool visible_{::isatty(STDERR_FILENO) != 0};
    Clock::time_point start_{Clock::now()};
    Clock::time_point next_{start_};
};

}  // namespace

AttachCommand::AttachCommand(CLI::App& program, const Verbosity& verbosity)
    : Command(program, "attach", "Begin tracking allocations in an already-started process", "[options] pid"),
      verbosity_(verbosity) {
    add_pid(options(), pid_, "Process id to attach to");
    add_output_options();
    recording_.declare_content(options(), "process");
    add_time_options();
    add_attach_options();
}

void AttachCommand::add_output_options() {
    CLI::App& app = options();
    app.add_option("-o,--output", output_,
                   "Capture file to write, in the background; without it, the live view. %p: process id,\n"
                   "%n: program, %h: host, %t: start time, %%: a percent sign")
        ->option_text("OUTPUT");
    recording_.declare_file(app);
    app.add_flag("-v,--verbose", own_verbosity_, "Print what is done in the process, and how long that takes");
}

void AttachCommand::add_time_options() {
    CLI::App& app = options();
    app.add_option("--duration", duration_, "Seconds to record, 0 for no limit (default)")
        ->option_text("SECONDS")
        ->check(CLI::Range(0, kLongest));
    app.add_flag("--wait", wait_, "Stay until the recording ends; Ctrl-C ends it");
}

void AttachCommand::add_attach_options() {
    CLI::App& app = options();
    add_method(app, method_);
    app.add_option("--timeout", timeout_, "Seconds to wait for a moment to enter the process (default: 10)")
        ->option_text("SECONDS")
        ->check(CLI::Range(kShortestTimeout, static_cast<double>(kLongest)));
    app.add_flag("--force-detach", force_detach_, "End a recording of the process that is under way");
}

void AttachCommand::refuse_what_is_missing() const {
    if (recording_.aggregate && output_.empty()) {
        throw UsageError("Can't use aggregated mode without an output file.");
    }
    const char* option = recording_.needs_output();
    if (option == nullptr || !output_.empty()) { return; }
    throw UsageError(fmt::format("{} needs an output file (-o).", option));
}

recording::AttachRequest AttachCommand::request() const {
    recording::AttachRequest request;
    request.order = recording_.order();
    if (!output_.empty()) {
        request.order.output.emplace(std::filesystem::absolute(output_).string(), name_of(pid_));
        request.order.capture.path = request.order.output->of(pid_);
    }
    request.attach.pid = pid_;
    request.attach.replace = force_detach_;
    request.attach.timeout =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::duration<double>(timeout_));
    if (verbosity_.level + own_verbosity_ > 0) {
        request.attach.tell = [](const std::string& text) { base::tell(text); };
    }
    request.duration = std::chrono::seconds(duration_);
    return request;
}

void AttachCommand::end_other_recording() const {
    if (!force_detach_) { return; }
    try {
        static_cast<void>(recording::ask_recorder(pid_, "stop"));
    } catch (const base::Error&) {}  // it does not answer: it is replaced
}

void AttachCommand::tell_time(const recording::AttachRequest& request) const {
    if (!request.attach.tell) { return; }
    const std::chrono::duration<double, std::milli> time = Clock::now() - started_;
    request.attach.tell(fmt::format("attached in {:.2f} ms", time.count()));
}

int AttachCommand::run_and_return(const recording::AttachRequest& request) const {
    std::optional<recording::AttachedRecording> recording;
    const auto never = [] { return false; };
    const auto nothing = [](const collector::RecorderStatus& /*status*/) {};
    run_in_background([&] { recording.emplace(request); },
                      [&] {
                          try {
                              recording->answer("+" + recording->follow(never, nothing));
                          } catch (const base::Error& error) { recording->answer("-" + std::string(error.what())); }
                          recording.reset();
                      },
                      [&] {
                          recording->discard();
                          recording.reset();
                      });
    tell_time(request);
    const std::string time = duration_ > 0 ? fmt::format(" for {}s", duration_) : "";
    base::print_line(
        stdout, fmt::format("memray: tracking PID {}{} in the background, into {}. Run `memray detach {}` to stop{}.",
                            pid_, time, request.order.capture.path, pid_, duration_ > 0 ? " early" : ""));
    return 0;
}

int AttachCommand::run_and_wait(const recording::AttachRequest& request) const {
    catch_interrupts();
    recording::AttachedRecording recording(request);
    tell_time(request);
    base::tell(fmt::format("tracking PID {}; Ctrl-C ends the recording", pid_));
    ProgressLine line;
    std::string done;
    try {
        done = recording.follow([] { return interrupted.load(); },
                                [&](const collector::RecorderStatus& status) { line.show(status); });
    } catch (const base::Error& error) {
        recording.answer("-" + std::string(error.what()));
        throw;
    }
    line.end();
    recording.answer("+" + done);
    base::print_line(stdout, done);
    return 0;
}

int AttachCommand::run_and_watch(recording::AttachRequest request) const {
    catch_interrupts();
    ViewProcess view("", stdout);
    live::Server server;
    if (recording_.follows()) { request.order.board = server.show_processes(); }
    recording::AttachedRecording recording(request);
    server.show(recording.recorder().look().metadata);
    server.adopt(view.take_socket());
    std::string done;
    try {
        done = recording.follow([&] { return interrupted.load() || view.has_ended(); },
                                [&](const auto& /*status*/) { server.step(recording.recorder()); });
    } catch (const base::Error& error) {
        recording.answer("-" + std::string(error.what()));
        throw;
    }
    recording.answer("+" + done);
    server.finish(recording.recorder(), recording.ended());
    if (!interrupted) { view.wait(); }
    base::print_line(stdout, done);
    return 0;
}

int AttachCommand::run() {
    refuse_what_is_missing();
    injection::require_live(pid_);
    base::close_inherited();
    const recording::AttachRequest wanted = request();
    if (!output_.empty()) { capture::require_creatable(wanted.order.capture.path, recording_.force); }
    end_other_recording();
    if (output_.empty()) { return run_and_watch(wanted); }
    return wait_ ? run_and_wait(wanted) : run_and_return(wanted);
}

}  // namespace memray::cli
