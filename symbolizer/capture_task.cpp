// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/capture_task.h"

#include <fmt/format.h>

#include <filesystem>

#include "injector/base/error.h"
#include "injector/base/file.h"
#include "injector/base/output_place.h"
#include "injector/base/printable.h"
#include "injector/base/progress_bar.h"
#include "injector/capture/reader.h"
#include "injector/capture/symbols_file.h"
#include "symbolizer/coverage.h"
#include "symbolizer/debug_packages.h"
#include "symbolizer/store.h"
#include "symbolizer/symbolize.h"
#include "symbolizer/target_process.h"

namespace memray::symbolizer {
namespace {

namespace fs = std::filesystem;

capture::Profile read(const std::string& path) {
    std::error_code ignored;
    if (!fs::exists(path, ignored)) { throw base::Error("No such file: " + path); }
    try {
        return capture::read_profile(path);
    } catch (const base::Error& error) {
        throw base::Error("Failed to parse allocation records in " + path + ". Reason: " + error.what());
    }
}

}  // namespace

void CaptureTask::run() const {
    require_output_absent();
    const capture::Profile profile = read(path_);
    if (profile.native_frames.empty()) {
        return say(profile.metadata.native_traces
                       ? "it holds no native stacks: the recording was cut short"
                       : "no native stacks were recorded in it (`memray run --native` does)");
    }
    if (arguments_.symbols_fd >= 0) { return serve_report(profile); }
    if (arguments_.check) { return check(profile); }
    if (has_symbols(profile) && arguments_.output.empty()) {
        return say("has symbols already (--force looks for them again); " + coverage_text(profile, profile.symbols));
    }
    const capture::CaptureLock lock(path_);
    const capture::Symbols symbols = look_up(profile);
    keep(profile, symbols);
    report(profile, symbols);
}

void CaptureTask::say(const std::string& text) const { base::print_line(stdout, fmt::format("{}: {}", path_, text)); }

void CaptureTask::note(const std::string& text) const { base::print_line(stderr, fmt::format("{}: {}", path_, text)); }

void CaptureTask::require_output_absent() const {
    if (arguments_.output.empty() || !base::OutputPlace(arguments_.output).status() || arguments_.force) { return; }
    throw base::Error("Output file " + arguments_.output +
                      " already exists. It can be overwritten with the --force CLI argument.");
}

void CaptureTask::check(const capture::Profile& profile) const {
    const capture::Symbols symbols = look_up(profile);
    fmt::print("{}", base::printable_lines(coverage_table(profile, symbols)));
    report(profile, symbols);
}

bool CaptureTask::has_symbols(const capture::Profile& profile) const {
    return profile.symbols.present() && !arguments_.force;
}

capture::Symbols CaptureTask::look_up(const capture::Profile& profile) const {
    if (has_symbols(profile)) { return profile.symbols; }
    Outcome outcome;
    {
        base::ProgressBar bar("Looking up native functions...");
        outcome = symbolize(profile, arguments_.options, [&bar](double share) { bar.show(share); });
    }
    for (const std::string& text : outcome.notes) { note(text); }
    return std::move(outcome.symbols);
}

void CaptureTask::keep(const capture::Profile& profile, const capture::Symbols& symbols) const {
    if (!arguments_.output.empty()) { return capture::write_symbols(path_, profile, symbols, arguments_.output); }
    switch (store(path_, profile, symbols)) {
        case Stored::kInCapture:
            return;
        case Stored::kBeside:
            return note("is read-only: its symbols are in " + capture::sidecar_path(path_) +
                        ", which has to stay beside it");
        case Stored::kNowhere:
            throw base::Error(path_ + " and its folder are read-only: -o OUT writes a copy with symbols");
    }
}

void CaptureTask::report(const capture::Profile& profile, const capture::Symbols& symbols) const {
    warn(profile, symbols);
    say(coverage_text(profile, symbols));
}

void CaptureTask::warn(const capture::Profile& profile, const capture::Symbols& symbols) const {
    const std::string missing = missing_debug_information(profile, symbols);
    if (missing.empty()) { return; }
    const std::string& sysroot = arguments_.options.sysroot;
    const std::string help = remedy(profile, symbols, sysroot.empty() ? TargetProcess(profile).root() : sysroot);
    note(help.empty() ? missing : missing + ": " + help);
}

void CaptureTask::serve_report(const capture::Profile& profile) const {
    const capture::Symbols symbols = look_up(profile);
    base::write_all(arguments_.symbols_fd, capture::symbols_alone(profile, symbols), "symbols");
    warn(profile, symbols);
    try {
        const capture::CaptureLock lock(path_);
        keep(profile, symbols);
    } catch (const base::Error&) {  // in use, or nothing can be written: the next report looks again
    }
}

}  // namespace memray::symbolizer
