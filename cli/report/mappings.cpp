// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/mappings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "cli/report/format.h"

namespace memray::report {
namespace {

using capture::Allocator;
using capture::Amount;
using capture::Profile;

struct Kind {
    Allocator allocator;
    std::string_view name;
    std::string_view text;
};
constexpr std::array<Kind, 4> kKinds{{{Allocator::kReservation, "reservation", "reserved"},
                                      {Allocator::kPrivateFile, "private_file", "of files, private"},
                                      {Allocator::kSharedFile, "shared_file", "of files, shared"},
                                      {Allocator::kSharedAgain, "shared_memory_again", "of shared memory again"}}};

constexpr std::uint64_t kTolerance = 10;  // one part of so many

std::vector<bool> sites_beside(const Profile& profile) {
    std::vector<bool> beside;
    beside.reserve(profile.sites.size());
    for (const capture::Site& site : profile.sites) { beside.push_back(!capture::is_memory(site.allocator)); }
    return beside;
}

std::vector<capture::Beside> mapped_beside(const Profile& profile) {
    std::vector<capture::Beside> rows;
    for (const Kind& kind : kKinds) {
        capture::Beside row{kind.allocator, {}, {}};
        for (const capture::Site& site : profile.sites) {
            if (site.allocator != kind.allocator) { continue; }
            row.peak += site.peak;
            row.leaked += site.leaked;
        }
        if (row.peak.bytes != 0 || row.leaked.bytes != 0) { rows.push_back(row); }
    }
    return rows;
}

std::string moment_text(const std::vector<capture::Beside>& rows, Amount capture::Beside::*amount) {
    std::string text;
    for (const Kind& kind : kKinds) {
        for (const capture::Beside& row : rows) {
            if (row.allocator != kind.allocator || (row.*amount).bytes == 0) { continue; }
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", size_text((row.*amount).bytes), kind.text);
        }
    }
    return text;
}

}  // namespace

void leave_out_mappings(Profile& profile) {
    const std::vector<bool> beside = sites_beside(profile);
    profile.beside = mapped_beside(profile);
    for (std::size_t i = 0; i < beside.size(); ++i) {
        if (!beside[i]) { continue; }
        capture::Site& site = profile.sites[i];
        site.peak = site.leaked = site.total = site.all_peak = {};
        if (profile.period) { profile.period->kept[i] = {}; }
    }
    std::erase_if(profile.intervals, [&](const capture::Interval& row) { return beside[row.site]; });
    std::erase_if(profile.lifetimes, [&](const capture::Lifetime& row) { return beside[row.site]; });
}

void count_mappings(Profile& profile) {
    profile.counts_mappings = true;
    profile.total = profile.leaked = {};
    for (capture::Site& site : profile.sites) {
        site.peak = site.all_peak;
        profile.total += site.total;
        profile.leaked += site.leaked;
    }
    profile.peak = profile.all_peak;
    profile.peak_ms = profile.all_peak_ms;
}

std::string mapped_now(const Profile& profile) { return moment_text(mapped_beside(profile), &capture::Beside::leaked); }

std::vector<std::string> beside_lines(const Profile& profile) {
    std::vector<std::string> lines;
    const std::string peak = moment_text(profile.beside, &capture::Beside::peak);
    const std::string end = moment_text(profile.beside, &capture::Beside::leaked);
    if (!peak.empty()) { lines.push_back("at the peak: " + peak); }
    if (!end.empty()) { lines.push_back("at the end: " + end); }
    return lines;
}

std::string beside_line(const Profile& profile) {
    std::string text;
    for (const std::string& line : beside_lines(profile)) { text += (text.empty() ? "" : "; ") + line; }
    return text.empty() ? text : "Mapped beside it, not counted: " + text;
}

nlohmann::ordered_json beside_json(const Profile& profile) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const capture::Beside& row : profile.beside) {
        const auto* kind = std::find_if(kKinds.begin(), kKinds.end(),
                                        [&](const Kind& known) { return known.allocator == row.allocator; });
        list.push_back({{"kind", kind->name},
                        {"text", kind->text},
                        {"peak_bytes", row.peak.bytes},
                        {"peak_count", row.peak.count},
                        {"leaked_bytes", row.leaked.bytes},
                        {"leaked_count", row.leaked.count}});
    }
    return list;
}

std::string not_resident_note(const Profile& profile) {
    if (!profile.processes.empty() || profile.period || profile.counts_mappings) { return {}; }
    for (const capture::Residence& row : profile.residences) {
        if (row.moment != capture::Moment::kHeapPeak) { continue; }
        const std::uint64_t resident = row.anonymous + row.shared;
        // What was looked at up to 10 ms later may differ by a little.
        if (profile.peak.bytes - profile.peak.bytes / kTolerance <= resident) { return {}; }
        return fmt::format(
            "{} of the peak was allocated but not resident then: not touched yet, given back "
            "(madvise), or swapped out",
            size_text(profile.peak.bytes - resident));
    }
    return {};
}

}  // namespace memray::report
