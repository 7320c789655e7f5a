// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/report_options.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "cli/commands/command.h"
#include "cli/commands/report_file.h"
#include "cli/report/frame_filter.h"
#include "cli/report/mappings.h"
#include "cli/report/notes.h"
#include "cli/web/page_templates.h"
#include "injector/base/printable.h"

namespace memray::cli {
namespace {

constexpr std::string_view kFilePrefix = "memray-";

// "~" and "~/..." as a shell would.
std::string with_home(const std::string& path) {
    const char* home = std::getenv("HOME");
    if (home == nullptr || path.empty() || path[0] != '~' || (path.size() > 1 && path[1] != '/')) { return path; }
    return home + path.substr(1);
}

}  // namespace

std::string check_positive(const std::string& text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool valid = error == std::errc{} && end == text.data() + text.size() && value > 0;
    return valid ? "" : text + " is an invalid positive int value";
}

void SelectionOptions::add_to(CLI::App& app) {
    auto* threshold =
        app.add_option(
               "--temporary-allocation-threshold", threshold_,
               "Report temporary allocations instead of those at the peak: allocations that their thread\n"
               "freed after at most N other allocations of its own. With N=0, before any other. Above 16, N is\n"
               "rounded up to a power of two")
            ->option_text("N");
    auto* temporary =
        app.add_flag("--temporary-allocations", temporary_, "Equivalent to --temporary-allocation-threshold=1")
            ->excludes(threshold);
    app.add_flag("--leaks", leaks_, "Report what was not freed at the end, instead of what was live at the peak")
        ->excludes(threshold)
        ->excludes(temporary);
}

report::SelectionChoice SelectionOptions::choice() const {
    if (leaks_) { return {report::SelectionKind::kLeaked}; }
    if (temporary_) { return {report::SelectionKind::kTemporary, 1}; }
    if (!threshold_ || *threshold_ < 0) { return {}; }
    const auto asked = static_cast<std::uint32_t>(*threshold_);
    const std::uint32_t used = report::usable_threshold(asked);
    if (used != asked) {
        base::tell(
            fmt::format("a capture tells lifetimes of up to 16 other allocations apart, then powers of two: using "
                        "a threshold of {} instead of {}",
                        used, asked));
    }
    return {report::SelectionKind::kTemporary, used};
}

void FilterOptions::add_to(CLI::App& app) {
    app.add_option("--include", include_, "Only stacks with a frame that matches; may be given several times")
        ->option_text("REGEX")
        ->allow_extra_args(false);
    app.add_option("--exclude", exclude_,
                   "Hide frames that match: what they allocate counts for their callers. Expressions are searched for\n"
                   "in \"function at file\"")
        ->option_text("REGEX")
        ->allow_extra_args(false);
    app.add_flag(
        "--count-mappings", count_mappings_,
        "Count all that was mapped: reserved address space, files and shared memory that counts elsewhere, too.\n"
        "By default these are no memory and stand beside the sums");
}

report::StackView FilterOptions::take_view(capture::Profile& profile) const {
    count_mappings_ ? report::count_mappings(profile) : report::leave_out_mappings(profile);
    report::StackView view = report::take_stack_view(profile);
    report::FrameFilter(include_, exclude_).apply(view);
    return view;
}

void FilterOptions::check() const { const report::FrameFilter filter(include_, exclude_); }

void require_rows(std::optional<int> most) {
    if (most && *most < 1) { throw UsageError("The --max-rows argument must be at least 1"); }
}

void add_all_frames(CLI::App& app, bool& all) {
    app.add_flag("--all-frames", all,
                 "Show every frame. By default interpreter, allocators and import system are left out, and libraries\n"
                 "where they are imported or call the program's own code: what they hold counts for the frame shown");
}

CLI::Option* QuotingOption::add_to(CLI::App& app) {
    return app
        .add_option(
            "--confidential-files", name_,
            "Which source files the page quotes: by default *.py files and those everybody may read or somebody\n"
            "may execute; all that can be read; or none")
        ->option_text("{default,all,none}")
        ->check(CLI::IsMember({"default", "all", "none"}));
}

report::Confidential QuotingOption::choice() const {
    if (name_ == "all") { return report::Confidential::kAll; }
    return name_ == "none" ? report::Confidential::kNone : report::Confidential::kDefault;
}

void PageOptions::add_to(CLI::App& app, const std::string& what) {
    app.add_flag("--full", complete_, fmt::format("Keep every {}, however large the page becomes", what));
    app.add_flag("--json", json_, "Write the data of the page as JSON instead");
    app.add_flag("--no-web", no_web_, "For compatibility: pages never load anything from the network");
}

std::string PageOptions::content(std::string_view page_template, const std::string& data,
                                 const capture::Metadata& metadata, report::SelectionKind kind) const {
    if (json_) { return data + "\n"; }
    const bool warns = kind == report::SelectionKind::kLeaked && !report::leak_note(metadata).empty();
    return web::page(page_template, data, warns ? web::LeaksIn::kArenas : web::LeaksIn::kNothing);
}

void OutputOptions::add_to(CLI::App& app, CLI::Option* needed) {
    auto* output = app.add_option("-o,--output", output_, "Output file name")->option_text("OUTPUT");
    auto* force = app.add_flag("-f,--force", force_, "If the output file already exists, overwrite it");
    if (needed == nullptr) { return; }
    output->needs(needed);
    force->needs(needed);
}

std::string OutputOptions::path(const std::string& capture, const std::string& report,
                                const std::string& suffix) const {
    std::string path = with_home(output_);
    if (path.empty()) {
        const std::filesystem::path results(capture);
        std::string name = results.stem().string();
        if (name.starts_with(kFilePrefix)) { name.erase(0, kFilePrefix.size()); }
        path = results.parent_path() / fmt::format("memray-{}-{}{}", report, name, suffix);
    }
    require_writable(path, force_);
    return path;
}

void OutputOptions::write(const std::string& path, const std::string& content,
                          const capture::Metadata& metadata) const {
    write_report(path, content, force_);
    say_written(path, metadata);
}

void say_written(const std::string& path, const capture::Metadata& metadata) {
    base::print_line(stdout, fmt::format("Wrote {}", path));
    for (const std::string& note : report::loss_notes(metadata)) {
        base::print_line(stdout, fmt::format("Note: {}", note));
    }
}

}  // namespace memray::cli
