// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/diff/comparison.h"

#include "cli/report/diff/peak_phases.h"
#include "cli/report/diff/pooled_arenas.h"
#include "cli/report/format.h"
#include "cli/report/resident.h"

namespace memray::report {
namespace {

capture::Profile joined(const capture::Profile& after, const capture::Profile& before) {
    capture::Profile profile;
    profile.metadata = after.metadata;
    profile.frames = after.frames;
    profile.threads = after.threads;
    profile.snapshots = after.snapshots;
    profile.residences = after.residences;
    profile.processes = after.processes;
    profile.allocators = after.allocators;
    profile.peak = after.peak;
    profile.beside = after.beside;
    profile.sites = after.sites;
    profile.sites.insert(profile.sites.end(), before.sites.begin(), before.sites.end());
    return profile;
}

void add_beginning(const char* which, const capture::Profile& profile, std::vector<std::string>& to) {
    for (const std::string& line : beginning_lines(profile)) { to.push_back(which + line); }
}

}  // namespace

Comparison compare(const Compared& before, const Compared& after, SelectionChoice choice,
                   const std::vector<PathMap>& maps) {
    Comparison result{joined(after.profile, before.profile),
                      joined_view(before, after, maps),
                      after.view.frames.size(),
                      after.profile.sites.size(),
                      {},
                      select(after.profile, choice),
                      {},
                      {}};
    pool_arenas(result.profile.sites, result.view);
    add_beginning("Old capture: ", before.profile, result.beginnings);
    add_beginning("New capture: ", after.profile, result.beginnings);
    const Selection chosen = select(before.profile, choice);
    result.before.resize(result.after.size());
    result.before.insert(result.before.end(), chosen.begin(), chosen.end());
    result.after.resize(result.before.size());
    if (choice.kind == SelectionKind::kPeak) { result.phases = different_phases(result); }
    return result;
}

Change change(const capture::Amount& before, const capture::Amount& after) noexcept {
    return {static_cast<std::int64_t>(after.bytes - before.bytes),
            static_cast<std::int64_t>(after.count - before.count)};
}

std::string change_text(std::int64_t bytes) {
    if (bytes == 0) { return size_text(0); }
    const auto size = static_cast<std::uint64_t>(bytes);
    return bytes > 0 ? "+" + size_text(size) : "-" + size_text(-size);
}

}  // namespace memray::report
