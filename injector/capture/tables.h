// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Every section that is a table: where its rows are, and when they are written. To add a table: its rows in profile.h,
// its number in format.h, its columns in columns.h, a line here, what must be true of it in validate.cpp, and its row
// in the specification of the format.
#pragma once

#include "injector/capture/format.h"
#include "injector/capture/profile.h"

namespace memray::capture {

enum class Written {
    kGrowing,   // while recording: the rows that are new
    kChanging,  // likewise, and those that have changed since, and all that follow
    kThinned,   // likewise; a table that has become shorter is written anew
    kFinished,  // at the end
    kNamed,     // when the symbolizer has looked
};

// Those of the names of native frames. `symbols`: Symbols, const or not.
template <typename S, typename Visit>
void for_each_symbol_table(S& symbols, Visit visit) {
    visit(SectionType::kSymbolStrings, Written::kNamed, symbols.strings);
    visit(SectionType::kSymbolNames, Written::kNamed, symbols.names);
    visit(SectionType::kSymbolChains, Written::kNamed, symbols.chains);
    visit(SectionType::kModuleSymbols, Written::kNamed, symbols.modules);
}

// Calls visit(section, when, rows) for each, in the order in which they are written. `profile`: a Profile, const or
// not.
template <typename P, typename Visit>
void for_each_table(P& profile, Visit visit) {
    visit(SectionType::kStrings, Written::kGrowing, profile.strings);
    visit(SectionType::kFunctions, Written::kGrowing, profile.functions);
    visit(SectionType::kFrames, Written::kGrowing, profile.frames);
    visit(SectionType::kStacks, Written::kGrowing, profile.stacks);
    visit(SectionType::kThreads, Written::kChanging, profile.threads);
    visit(SectionType::kModules, Written::kGrowing, profile.modules);
    visit(SectionType::kNativeFrames, Written::kGrowing, profile.native_frames);
    visit(SectionType::kNativeStacks, Written::kGrowing, profile.native_stacks);
    visit(SectionType::kSharedFiles, Written::kGrowing, profile.shared_files);
    visit(SectionType::kSites, Written::kGrowing, profile.sites);
    visit(SectionType::kSnapshots, Written::kThinned, profile.snapshots);
    visit(SectionType::kResidences, Written::kChanging, profile.residences);
    visit(SectionType::kLifetimes, Written::kFinished, profile.lifetimes);
    visit(SectionType::kTimeBuckets, Written::kFinished, profile.time_buckets);
    visit(SectionType::kIntervals, Written::kFinished, profile.intervals);
    visit(SectionType::kSizes, Written::kFinished, profile.sizes);
    visit(SectionType::kKeptSymbols, Written::kFinished, profile.kept_symbols);
    visit(SectionType::kProcesses, Written::kFinished, profile.processes);
    visit(SectionType::kProcessSnapshots, Written::kFinished, profile.process_snapshots);
    for_each_symbol_table(profile.symbols, visit);
}

}  // namespace memray::capture
