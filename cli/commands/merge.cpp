// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>
#include <tuple>

#include "cli/commands/capture_input.h"
#include "injector/base/printable.h"
#include "injector/capture/whole_capture.h"
#include "injector/merge/merge.h"

namespace memray::cli {
namespace {

namespace fs = std::filesystem;

struct Named {
    std::string path;
    capture::Profile profile;
};

// "<pid>" or "<pid>.<number>", as the captures of followed children end in.
bool is_suffix_of_child(const std::string& suffix) {
    const bool known = suffix.find_first_not_of("0123456789.") == std::string::npos;
    return known && !suffix.empty() && suffix.front() != '.' && suffix.back() != '.';
}

// Captures named as those of followed children are, beside that of the first process.
std::vector<std::string> children_of(const std::string& capture) {
    const fs::path path(capture);
    const std::string prefix = path.filename().string() + ".";
    std::vector<std::string> children;
    std::error_code ignored;
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with(prefix) || !is_suffix_of_child(name.substr(prefix.size()))) { continue; }
        children.push_back((path.parent_path() / name).string());
    }
    std::sort(children.begin(), children.end());
    return children;
}

// Those of other runs have been left there by earlier ones into the same name.
std::uint64_t newest_run(const std::vector<Named>& captures) {
    return std::max_element(
               captures.begin(), captures.end(),
               [](const Named& a, const Named& b) { return a.profile.metadata.start_ms < b.profile.metadata.start_ms; })
        ->profile.metadata.run;
}

// A command that is no Python itself has captures of its children only.
merge::Profiles load_run(const std::string& capture) {
    std::vector<Named> found;
    const bool is_there = fs::exists(capture);
    if (is_there) { found.push_back({capture, load_profile(capture)}); }
    for (const std::string& child : children_of(capture)) { found.push_back({child, load_profile(child)}); }
    if (found.empty()) { throw base::Error("No such file: " + capture); }
    const std::uint64_t run = is_there ? found.front().profile.metadata.run : newest_run(found);
    merge::Profiles profiles;
    for (Named& each : found) {
        if (each.profile.metadata.run == run) {
            profiles.push_back(std::move(each.profile));
        } else {
            base::tell(fmt::format("{} is of another run: left out", each.path));
        }
    }
    if (is_there && profiles.size() == 1) {
        throw base::Error(fmt::format(
            "There is nothing to merge with {}: there are no captures {}.<pid> of its children", capture, capture));
    }
    return profiles;
}

merge::Profiles load(const std::vector<std::string>& captures) {
    if (captures.size() == 1) { return load_run(captures.front()); }
    merge::Profiles profiles;
    std::set<std::tuple<std::int64_t, std::int64_t>> seen;
    std::set<std::uint64_t> runs;
    for (const std::string& capture : captures) {
        profiles.push_back(load_profile(capture));
        const capture::Metadata& metadata = profiles.back().metadata;
        if (metadata.pid != 0 && !seen.emplace(metadata.pid, metadata.start_ms).second) {
            throw base::Error(fmt::format("{} is of a recording that another one of the captures is of, too", capture));
        }
        runs.insert(metadata.run);
    }
    if (runs.size() > 1) { base::tell(fmt::format("the captures are of {} different runs", runs.size())); }
    return profiles;
}

}  // namespace

MergeCommand::MergeCommand(CLI::App& program)
    : Command(program, "merge", "Make one capture of those of several processes, with a process level in every stack",
              "[options] results [results ...] -o OUTPUT") {
    CLI::App& app = options();
    app.add_option("results", captures_,
                   "Captures to merge; if it is one, with those of its run beside it: <results>.<pid>")
        ->required();
    app.add_option("-o,--output", output_, "Output file name")->option_text("OUTPUT")->required();
    app.add_flag("-f,--force", force_, "If the output file already exists, overwrite it");
    app.footer(
        "The peak of a merged capture is the moment when all processes held most together, of those that the\n"
        "captures know exactly: the start of each time bucket (10 ms or more), the peak and the end of each\n"
        "process. Each process counts with its latest known state before; after its end with nothing. Memory that\n"
        "processes share counts once.");
}

int MergeCommand::run() {
    const capture::WholeFile file{output_, force_};
    capture::require_creatable(file);
    merge::Profiles profiles = load(captures_);
    const std::size_t count = profiles.size();
    capture::write_capture(merge::merge(std::move(profiles)), file);
    base::print_line(stdout, fmt::format("Merged {} captures into {}", count, output_));
    return 0;
}

}  // namespace memray::cli
