// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/merge/merge.h"

#include <algorithm>
#include <map>
#include <string>

#include "injector/merge/merged_tables.h"
#include "injector/merge/shared_once.h"

namespace memray::merge {
namespace {

using capture::Amount;
using capture::Metadata;
using capture::Profile;

void add(Amount& to, const Amount& amount) {
    to.count += amount.count;
    to.bytes += amount.bytes;
}

void add_text(std::string& to, const std::string& text, const char* between) {
    if (text.empty() || to == text || to.find(between + text) != std::string::npos) { return; }
    to += to.empty() ? text : between + text;
}

std::string name_of(const Metadata& metadata) {
    return metadata.pid == 0 ? std::string() : "process " + std::to_string(metadata.pid);
}

void add_losses(capture::Losses& to, const capture::Losses& losses) {
    to.events += losses.events;
    to.bad_stacks += losses.bad_stacks;
    to.unpatched += losses.unpatched;
    to.missing_sequences += losses.missing_sequences;
    to.unknown_frees += losses.unknown_frees;
    to.reused_addresses += losses.reused_addresses;
    to.cut_native_stacks += losses.cut_native_stacks;
}

void add_metadata(Metadata& to, const Metadata& from) {
    add_text(to.command_line, from.command_line, "; ");
    add_text(to.python_version, from.python_version, ", ");
    add_text(to.python_executable, from.python_executable, ", ");
    add_text(to.python_allocator, from.python_allocator, ", ");
    for (const std::string& path : from.search_paths) {
        if (std::find(to.search_paths.begin(), to.search_paths.end(), path) == to.search_paths.end()) {
            to.search_paths.push_back(path);
        }
    }
    to.start_ms = to.start_ms == 0 ? from.start_ms : std::min(to.start_ms, from.start_ms);
    to.end_ms = std::max(to.end_ms, from.end_ms);
    to.trace_python_allocators = to.trace_python_allocators || from.trace_python_allocators;
    to.large_requests = to.large_requests || from.large_requests;
    to.chained += from.chained;
    to.native_traces = to.native_traces || from.native_traces;
    add_losses(to.losses, from.losses);
    if (!from.incomplete.empty()) {
        const std::string name = name_of(from);
        add_text(to.incomplete, (name.empty() ? "" : name + ": ") + from.incomplete, "; ");
    }
}

std::uint64_t common_run(const Profiles& profiles) {
    const std::uint64_t run = profiles.front().metadata.run;
    const bool common = std::all_of(profiles.begin(), profiles.end(),
                                    [run](const Profile& profile) { return profile.metadata.run == run; });
    return common ? run : 0;
}

class Merge {
public:
    explicit Merge(const Profiles& from)
        : from_(from),
          tables_(to_),
          buckets_(from),
          peak_(find_peak(from)),
          all_peak_(find_peak(from, Counted::kAll)) {}

    Profile run() {
        for (std::size_t i = 0; i < from_.size(); ++i) { add_profile(from_[i], peak_.states[i], all_peak_.states[i]); }
        tables_.finish();
        for (const auto& [size, count] : sizes_) { to_.sizes.push_back({size, count}); }
        to_.time_buckets = buckets_.table(from_);
        to_.snapshots = merged_curve(from_);
        add_processes(from_, to_);
        to_.peak_ms = peak_.ms;
        to_.all_peak_ms = all_peak_.ms;
        to_.metadata.aggregated = true;
        to_.metadata.ending = from_.front().metadata.ending;
        to_.metadata.run = common_run(from_);
        return std::move(to_);
    }

private:
    void add_profile(const Profile& from, State at_peak, State at_all_peak) {
        add_metadata(to_.metadata, from.metadata);
        add_sites(from, amounts_in(from, at_peak), amounts_in(from, at_all_peak, Counted::kAll));
        for (const capture::SizeCount& size : from.sizes) { sizes_[size.size] += size.count; }
        for (std::size_t i = 0; i < from.allocators.size(); ++i) { add(to_.allocators[i], from.allocators[i]); }
        add(to_.total, from.total);
        add(to_.leaked, from.leaked);
    }

    void add_sites(const Profile& from, const std::vector<Amount>& at_peak, const std::vector<Amount>& at_all_peak) {
        const auto first_site = static_cast<std::uint32_t>(to_.sites.size());
        const auto first_thread = static_cast<std::uint32_t>(to_.threads.size());
        const auto first_file = static_cast<std::uint32_t>(to_.shared_files.size());
        to_.shared_files.insert(to_.shared_files.end(), from.shared_files.begin(), from.shared_files.end());
        const MergedTables::Places places = tables_.add(from, name_of(from.metadata), from.metadata.command_line);
        for (capture::Thread thread : from.threads) {
            thread.id = to_.threads.size() + 1;
            to_.threads.push_back(std::move(thread));
        }
        for (std::size_t i = 0; i < from.sites.size(); ++i) {
            capture::Site site = from.sites[i];
            site.stack = places.stacks[site.stack];
            site.native_stack = places.native_stacks[site.native_stack];
            site.thread += first_thread;
            site.peak = at_peak[i];
            site.all_peak = at_all_peak[i];
            if (site.file != 0) { site.file += first_file; }
            if (capture::is_memory(site.allocator)) { add(to_.peak, site.peak); }
            add(to_.all_peak, site.all_peak);
            to_.sites.push_back(site);
        }
        for (capture::Lifetime lifetime : from.lifetimes) {
            lifetime.site += first_site;
            to_.lifetimes.push_back(lifetime);
        }
        buckets_.append(from, first_site, to_.intervals);
    }

    const Profiles& from_;
    Profile to_;
    MergedTables tables_;
    MergedBuckets buckets_;
    PeakMoment peak_;
    PeakMoment all_peak_;
    std::map<std::uint64_t, std::uint64_t> sizes_;
};

}  // namespace

Profile merge(Profiles profiles) {
    count_shared_once(profiles);
    return Merge(profiles).run();
}

}  // namespace memray::merge
