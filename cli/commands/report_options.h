// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What the reports that write a file have in common: the capture, where the report goes, which allocations it is about
// and which frames it shows.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/report/selection.h"
#include "cli/report/source_lines.h"
#include "cli/report/stack_view.h"
#include "injector/capture/profile.h"

namespace memray::cli {

// Checks the value of an option: what is wrong with it, unless it is a whole number above 0.
[[nodiscard]] std::string check_positive(const std::string& text);

// --leaks, --temporary-allocations and --temporary-allocation-threshold N.
class SelectionOptions {
public:
    void add_to(CLI::App& app);

    // Tells the user if captures do not know the threshold that was asked for.
    [[nodiscard]] report::SelectionChoice choice() const;
    // See ReportCommand.
    [[nodiscard]] std::string needs_log() const {
        return temporary_ || threshold_ ? "a report on temporary allocations" : "";
    }

private:
    bool leaks_{false};
    bool temporary_{false};
    std::optional<int> threshold_;
};

// --include, --exclude and --count-mappings.
class FilterOptions {
public:
    void add_to(CLI::App& app);
    // The stacks that the report is about, which may be taken out of the profile (see take_stack_view()), whose sums
    // are what is to be counted afterwards. Throws UsageError for an expression that is not valid.
    [[nodiscard]] report::StackView take_view(capture::Profile& profile) const;
    // Throws as take_view() does, before any work is done.
    void check() const;
    [[nodiscard]] bool counts_mappings() const noexcept { return count_mappings_; }

private:
    std::vector<std::string> include_;
    std::vector<std::string> exclude_;
    bool count_mappings_{false};
};

// Throws UsageError if --max-rows was given and leaves no row.
void require_rows(std::optional<int> most);

// --all-frames: not "my code" (cli/report/my_code.h) but every frame that was recorded.
void add_all_frames(CLI::App& app, bool& all);

// --confidential-files
class QuotingOption {
public:
    CLI::Option* add_to(CLI::App& app);
    [[nodiscard]] report::Confidential choice() const;

private:
    std::string name_{"default"};
};

// --full, --json and --no-web, of the reports that are a page.
class PageOptions {
public:
    // `what`: of which a page has many.
    void add_to(CLI::App& app, const std::string& what);
    [[nodiscard]] bool complete() const noexcept { return complete_; }
    [[nodiscard]] bool json() const noexcept { return json_; }
    [[nodiscard]] std::string suffix() const { return json_ ? ".json" : ".html"; }
    // The file: `data`, of a profile with this metadata, in its template, or alone. `kind`: what the page opens on.
    [[nodiscard]] std::string content(std::string_view page_template, const std::string& data,
                                      const capture::Metadata& metadata, report::SelectionKind kind) const;

private:
    bool complete_{false};
    bool json_{false};
    bool no_web_{false};
};

// -o and -f.
class OutputOptions {
public:
    // `needed`: an option without which these make no sense.
    void add_to(CLI::App& app, CLI::Option* needed = nullptr);

    // Where the report on this capture goes: beside it, memray-<report>-<name of the capture><suffix>, unless it was
    // named. Throws base::Error if something is there already and may not be overwritten.
    [[nodiscard]] std::string path(const std::string& results, const std::string& report,
                                   const std::string& suffix) const;
    // Writes the report on a capture with this metadata, and says so.
    void write(const std::string& path, const std::string& content, const capture::Metadata& metadata) const;

private:
    std::string output_;
    bool force_{false};
};

// Says where a report was written, and what its capture lacks.
void say_written(const std::string& path, const capture::Metadata& metadata);

}  // namespace memray::cli
