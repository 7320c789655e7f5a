// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/validate.h"

#include <algorithm>
#include <tuple>

#include "injector/capture/byte_reader.h"

namespace memray::capture {
namespace {

void check(bool good, const char* what) {
    if (!good) { throw Corrupt(what); }
}

void check_stacks(const Profile& profile) {
    for (const Function& function : profile.functions) {
        check(function.name < profile.strings.size() && function.file < profile.strings.size(),
              "a function has no name");
    }
    for (const Frame& frame : profile.frames) {
        check(frame.function < profile.functions.size(), "a frame has no function");
    }
    for (std::size_t i = 1; i < profile.stacks.size(); ++i) {
        const Stack& stack = profile.stacks[i];
        check(stack.parent < i, "a stack has no root");
        check(stack.frame < profile.frames.size(), "a stack has no frame");
    }
}

void check_native_stacks(const Profile& profile) {
    for (const Module& module : profile.modules) { check(module.kind <= ModuleKind::kVdso, "a module has no kind"); }
    for (const KeptSymbols& kept : profile.kept_symbols) {
        check(kept.module < profile.modules.size(), "symbols were kept of no module");
    }
    for (const NativeFrame& frame : profile.native_frames) {
        check(frame.module == kNoModule || frame.module < profile.modules.size(), "a native frame has no module");
    }
    for (std::size_t i = 1; i < profile.native_stacks.size(); ++i) {
        const NativeStack& stack = profile.native_stacks[i];
        check(stack.parent < i, "a native stack has no root");
        check(stack.frame < profile.native_frames.size(), "a native stack has no frame");
    }
}

void check_symbols(const Symbols& symbols, const Profile& profile) {
    check(symbols.chains.size() == profile.native_frames.size(), "native frames have no symbols");
    check(symbols.modules.size() == profile.modules.size(), "modules have no symbols");
    for (const Symbol& name : symbols.names) {
        check(name.function < symbols.strings.size() && name.file < symbols.strings.size(), "a symbol has no name");
    }
    for (const SymbolChain& chain : symbols.chains) {
        check(chain.first <= symbols.names.size() && chain.count <= symbols.names.size() - chain.first,
              "a native frame has no names");
    }
    for (const ModuleSymbols& module : symbols.modules) {
        check(module.source <= kLastSymbolSource, "symbols have no source");
    }
}

void check_sites(const Profile& profile) {
    for (const Site& site : profile.sites) {
        check(site.stack < profile.stacks.size(), "a site has no stack");
        check(site.native_stack < profile.native_stacks.size(), "a site has no native stack");
        check(site.thread < profile.threads.size(), "a site has no thread");
        check(static_cast<std::size_t>(site.allocator) < kAllocatorCount, "a site has no allocator");
        check(site.file <= profile.shared_files.size(), "a site has no shared memory");
    }
}

void check_lifetimes(const Profile& profile) {
    const auto key = [](const Lifetime& row) { return std::tuple(row.site, row.distance); };
    for (const Lifetime& row : profile.lifetimes) { check(row.site < profile.sites.size(), "a lifetime has no site"); }
    check(std::is_sorted(profile.lifetimes.begin(), profile.lifetimes.end(),
                         [&](const auto& a, const auto& b) { return key(a) < key(b); }),
          "lifetimes are not in order");
}

void check_processes(const Profile& profile) {
    const auto key = [](const ProcessSnapshot& row) { return std::tuple(row.process, row.snapshot.time_ms); };
    for (const ProcessSnapshot& row : profile.process_snapshots) {
        check(row.process < profile.processes.size(), "a snapshot has no process");
    }
    check(std::is_sorted(profile.process_snapshots.begin(), profile.process_snapshots.end(),
                         [&](const auto& a, const auto& b) { return key(a) < key(b); }),
          "snapshots of processes are not in order");
}

void check_residences(const Profile& profile) {
    const auto key = [](const Residence& row) { return std::tuple(row.process, row.moment); };
    for (const Process& process : profile.processes) {
        check(process.beginning <= Beginning::kForked, "a process has no beginning");
    }
    for (const Residence& row : profile.residences) {
        check(row.moment <= Moment::kEnd, "resident memory is of no moment");
        check(row.process < std::max<std::size_t>(profile.processes.size(), 1), "resident memory is of no process");
    }
    check(std::is_sorted(profile.residences.begin(), profile.residences.end(),
                         [&](const auto& a, const auto& b) { return key(a) < key(b); }),
          "resident memory is not in order");
}

void check_intervals(const Profile& profile) {
    std::uint32_t last_site = 0;
    for (const Interval& row : profile.intervals) {
        check(row.site < profile.sites.size() && row.site >= last_site, "an interval has no site");
        check(row.allocated < profile.time_buckets.size(), "an interval has no begin");
        check(row.freed == kNever || (row.freed > row.allocated && row.freed < profile.time_buckets.size()),
              "an interval has no end");
        last_site = row.site;
    }
}

template <typename Row, typename Key>
void check_order(const std::vector<Row>& table, Key key, const char* what) {
    const auto less = [&](const Row& a, const Row& b) { return key(a) < key(b); };
    check(std::is_sorted(table.begin(), table.end(), less), what);
}

}  // namespace

void validate(const Symbols& symbols, const Profile& profile) {
    if (symbols.present()) { check_symbols(symbols, profile); }
}

void validate(const Profile& profile) {
    check_stacks(profile);
    check_native_stacks(profile);
    validate(profile.symbols, profile);
    check_sites(profile);
    check_lifetimes(profile);
    check_intervals(profile);
    check_processes(profile);
    check_residences(profile);
    check_order(
        profile.time_buckets, [](const TimeBucket& row) { return row.start_ms; }, "time buckets go backwards");
    check_order(
        profile.snapshots, [](const Snapshot& row) { return row.time_ms; }, "snapshots go backwards");
    check_order(
        profile.sizes, [](const SizeCount& row) { return row.size; }, "sizes are not in order");
}

}  // namespace memray::capture
