// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/attach.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>

#include "cli/commands/background.h"
#include "cli/commands/payload_file.h"
#include "cli/report/format.h"

namespace memray::cli {
namespace {

using Clock = std::chrono::steady_clock;

std::atomic<bool> interrupted{false};

void note_interrupt(int /*number*/) { interrupted = true; }

void catch_interrupts() {
    struct sigaction action {};
    action.sa_handler = note_interrupt;
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) { ::sigaction(number, &action, nullptr); }
}

// The recorder would refuse, too, but with the target's thread in its hands.
void require_creatable(const std::string& path, bool overwrite) {
    struct stat status {};
    const std::string parent = std::filesystem::path(path).parent_path().string();
    if (::stat(parent.c_str(), &status) != 0) { throw base::system_error("Could not create output file " + path); }
    if (::stat(path.c_str(), &status) != 0 || overwrite) { return; }
    if (S_ISREG(status.st_mode)) {
        throw base::Error("Could not create output file " + path +
                          ": it already exists. Memray can overwrite it with the --force CLI argument.");
    }
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
    options().add_option("pid", pid_, "Process id to attach to")->required();
    add_output_options();
    add_recording_options();
    add_attach_options();
}

void AttachCommand::add_output_options() {
    CLI::App& app = options();
    app.add_option("-o,--output", output_, "Capture file to write")->option_text("OUTPUT");
    app.add_flag("-f,--force", force_, "If the output file already exists, overwrite it");
    auto* compress = app.add_flag("--compress-on-exit", compress_, "Compress the capture using lz4 (default)");
    app.add_flag("--no-compress", no_compress_, "Do not compress the capture")->excludes(compress);
    app.add_flag("-v,--verbose", own_verbosity_, "Print what is done in the process, and how long that takes");
}

void AttachCommand::add_recording_options() {
    CLI::App& app = options();
    app.add_flag("--aggregate", aggregate_, "Write aggregated stats to the output file instead of all allocations");
    app.add_flag("--native", native_, "Track native (C/C++) stack frames as well (not available yet)");
    app.add_flag("--follow-fork", follow_fork_,
                 "Record allocations in child processes forked from the process (not available yet)");
    app.add_flag("--trace-python-allocators", trace_python_allocators_,
                 "Record allocations made by the pymalloc allocator");
    app.add_option("--duration", duration_, "Seconds to record, 0 for no limit (default)")
        ->option_text("SECONDS")
        ->check(CLI::NonNegativeNumber);
    app.add_flag("--wait", wait_, "Stay until the recording ends; Ctrl-C ends it");
}

void AttachCommand::add_attach_options() {
    CLI::App& app = options();
    app.add_option("--method", method_, "Accepted for compatibility: there is one method, auto")
        ->option_text("METHOD")
        ->check(CLI::IsMember({"auto"}));
    app.add_option("--timeout", timeout_, "Seconds to wait for a moment to enter the process (default: 10)")
        ->option_text("SECONDS")
        ->check(CLI::PositiveNumber);
    app.add_flag("--force-detach", force_detach_, "End a recording of the process that is under way");
}

void AttachCommand::refuse_what_is_missing() const {
    if (pid_ <= 0) { throw UsageError(fmt::format("argument pid: invalid process id: {}", pid_)); }
    if (aggregate_ && output_.empty()) { throw UsageError("Can't use aggregated mode without an output file."); }
    const auto refuse = [](bool used, const char* what) {
        if (used) { throw base::Error(fmt::format("memray attach {} is not available yet", what), 2); }
    };
    refuse(output_.empty(), "without -o (the live view)");
    refuse(native_, "--native");
    refuse(follow_fork_, "--follow-fork");
}

AttachRequest AttachCommand::request() const {
    AttachRequest request;
    request.attach.pid = pid_;
    request.attach.payload = find_payload();
    request.attach.trace_python_allocators = trace_python_allocators_;
    request.attach.replace = force_detach_;
    request.attach.timeout =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::duration<double>(timeout_));
    if (verbosity_.level + own_verbosity_ > 0) {
        request.attach.tell = [](const std::string& text) { fmt::print(stderr, "memray: {}\n", text); };
    }
    const std::string path = std::filesystem::absolute(output_).string();
    request.recorder = {path, force_, !no_compress_, aggregate_};
    request.duration = std::chrono::seconds(duration_);
    return request;
}

void AttachCommand::end_other_recording() const {
    if (force_detach_) { static_cast<void>(ask_recorder(pid_, "stop")); }
}

int AttachCommand::run_and_return(const AttachRequest& request) const {
    std::optional<AttachedRecording> recording;
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
    const std::string time = duration_ > 0 ? fmt::format(" for {}s", duration_) : "";
    fmt::print("memray: tracking PID {}{} in the background, into {}. Run `memray detach {}` to stop{}.\n", pid_, time,
               request.recorder.path, pid_, duration_ > 0 ? " early" : "");
    return 0;
}

int AttachCommand::run_and_wait(const AttachRequest& request) const {
    catch_interrupts();
    AttachedRecording recording(request);
    fmt::print(stderr, "memray: tracking PID {}; Ctrl-C ends the recording\n", pid_);
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
    fmt::print("{}\n", done);
    return 0;
}

int AttachCommand::run() {
    refuse_what_is_missing();
    ::signal(SIGXFSZ, SIG_IGN);
    const AttachRequest wanted = request();
    require_creatable(wanted.recorder.path, force_);
    end_other_recording();
    return wait_ ? run_and_wait(wanted) : run_and_return(wanted);
}

}  // namespace memray::cli
