// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/growing_tables.h"

#include <algorithm>

namespace memray::capture {
namespace {

bool same_thread(const Thread& a, const Thread& b) { return a.id == b.id && a.tid == b.tid && a.name == b.name; }

// The first thread that is new or has changed (a thread may get its name late).
std::size_t first_changed(const std::vector<Thread>& written, const std::vector<Thread>& now) {
    const auto same = std::mismatch(written.begin(), written.end(), now.begin(), now.end(), same_thread);
    return static_cast<std::size_t>(same.second - now.begin());
}

}  // namespace

WrittenRows rows_of(const Profile& tables) {
    WrittenRows written;
    written.strings = tables.strings.size();
    written.functions = tables.functions.size();
    written.frames = tables.frames.size();
    written.stacks = tables.stacks.size();
    written.modules = tables.modules.size();
    written.native_frames = tables.native_frames.size();
    written.native_stacks = tables.native_stacks.size();
    written.sites = tables.sites.size();
    written.snapshots = tables.snapshots.size();
    written.threads = tables.threads;
    return written;
}

void add_growing_tables(SectionBatch& batch, const Profile& tables, const WrittenRows& written) {
    batch.table(SectionType::kStrings, tables.strings, written.strings);
    batch.table(SectionType::kFunctions, tables.functions, written.functions);
    batch.table(SectionType::kFrames, tables.frames, written.frames);
    batch.table(SectionType::kStacks, tables.stacks, written.stacks);
    batch.table(SectionType::kThreads, tables.threads, first_changed(written.threads, tables.threads));
    batch.table(SectionType::kModules, tables.modules, written.modules);
    batch.table(SectionType::kNativeFrames, tables.native_frames, written.native_frames);
    batch.table(SectionType::kNativeStacks, tables.native_stacks, written.native_stacks);
    batch.table(SectionType::kSites, tables.sites, written.sites);
    // Fewer than before: they were thinned, and replace the old ones.
    const std::size_t known = written.snapshots <= tables.snapshots.size() ? written.snapshots : 0;
    batch.table(SectionType::kSnapshots, tables.snapshots, known);
}

}  // namespace memray::capture
