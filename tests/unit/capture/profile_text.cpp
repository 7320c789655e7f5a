// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "tests/unit/capture/profile_text.h"

#include <sstream>

using namespace memray::capture;

namespace {

std::ostream& operator<<(std::ostream& out, const Amount& amount) { return out << amount.count << '/' << amount.bytes; }

template <typename... Values>
void line(std::ostream& out, const Values&... values) {
    const char* separator = "";
    ((out << separator << values, separator = " "), ...);
    out << '\n';
}

void numbers(std::ostream& out, const Losses& losses) {
    line(out, "losses", losses.events, losses.bad_stacks, losses.unpatched, losses.missing_sequences,
         losses.unknown_frees, losses.reused_addresses);
}

}  // namespace

std::string metadata_text(const Metadata& m) {
    std::ostringstream out;
    line(out, "command", m.command_line);
    line(out, "python", m.python_version, m.python_executable, m.python_allocator);
    for (const std::string& path : m.search_paths) { line(out, "path", path); }
    line(out, "process", m.pid, m.main_thread, m.start_ms, m.end_ms);
    if (m.run != 0) { line(out, "run", m.run); }
    line(out, "options", m.trace_python_allocators, m.native_traces, m.aggregated);
    // Not in captures from before there was that.
    if (m.large_requests || m.chained != 0) { line(out, "hooks", m.large_requests, m.chained); }
    if (m.beginning != Beginning::kStart || m.process_start_ms != 0) {
        line(out, "began", static_cast<int>(m.beginning), m.process_start_ms);
    }
    line(out, "ending", static_cast<int>(m.ending.kind), m.ending.code);
    numbers(out, m.losses);
    line(out, "incomplete", m.incomplete);
    return out.str();
}

// Nothing for a capture without native stacks.
std::string native_text(const Profile& p) {
    std::ostringstream out;
    for (const Module& row : p.modules) {
        line(out, "module", row.path, row.build_id, static_cast<int>(row.kind), row.file_size, row.modified_ns);
    }
    for (const KeptSymbols& row : p.kept_symbols) { line(out, "kept", row.module, row.file); }
    for (const NativeFrame& row : p.native_frames) {
        line(out, "native frame", row.module, row.address, row.interrupted);
    }
    for (std::size_t i = 1; i < p.native_stacks.size(); ++i) {
        line(out, "native stack", p.native_stacks[i].parent, p.native_stacks[i].frame);
    }
    if (p.metadata.losses.cut_native_stacks != 0) { line(out, "cut", p.metadata.losses.cut_native_stacks); }
    return out.str();
}

std::string definitions_text(const Profile& p) {
    std::ostringstream out;
    for (const std::string& text : p.strings) { line(out, "string", text); }
    for (const Function& row : p.functions) { line(out, "function", row.name, row.file, row.first_line); }
    for (const Frame& row : p.frames) { line(out, "frame", row.function, row.line); }
    for (const Stack& row : p.stacks) { line(out, row.entry ? "entry stack" : "stack", row.parent, row.frame); }
    for (const Thread& row : p.threads) { line(out, "thread", row.id, row.tid, row.name); }
    for (const Site& row : p.sites) {
        line(out, "site", row.stack, row.native_stack, row.thread, allocator_name(row.allocator));
    }
    for (const SharedFile& row : p.shared_files) { line(out, "shared", row.boot, row.device, row.inode); }
    for (std::size_t i = 0; i < p.sites.size(); ++i) {
        if (p.sites[i].file != 0) { line(out, "site", i, "of", p.sites[i].file); }
    }
    for (const Snapshot& row : p.snapshots) { line(out, "snapshot", row.time_ms, row.rss, row.heap); }
    return out.str() + native_text(p);
}

std::string symbols_text(const Symbols& symbols) {
    std::ostringstream out;
    for (const std::string& text : symbols.strings) { line(out, "symbol string", text); }
    for (const Symbol& row : symbols.names) { line(out, "symbol", row.function, row.file, row.line); }
    for (const SymbolChain& row : symbols.chains) { line(out, "symbol chain", row.first, row.count); }
    for (const ModuleSymbols& row : symbols.modules) {
        line(out, row.kept ? "source, kept" : "source", static_cast<int>(row.source));
    }
    return out.str();
}

std::string amounts_text(const Profile& p) {
    std::ostringstream out;
    for (const Site& row : p.sites) { line(out, "amounts", row.peak, row.leaked, row.total); }
    for (const Lifetime& row : p.lifetimes) { line(out, "lifetime", row.site, row.distance, row.amount); }
    for (const Interval& row : p.intervals) { line(out, "interval", row.site, row.allocated, row.freed, row.amount); }
    for (const TimeBucket& row : p.time_buckets) { line(out, "bucket", row.start_ms, row.peak_bytes); }
    for (const Process& row : p.processes) {
        line(out, "process", row.pid, row.command_line);
        if (row.beginning != Beginning::kStart || row.start_ms != 0 || row.unknown_frees != 0) {
            line(out, "process began", static_cast<int>(row.beginning), row.start_ms, row.unknown_frees);
        }
    }
    for (const ProcessSnapshot& row : p.process_snapshots) {
        line(out, "process snapshot", row.process, row.snapshot.time_ms, row.snapshot.rss, row.snapshot.heap);
    }
    for (const Residence& row : p.residences) {
        line(out, "residence", row.process, static_cast<int>(row.moment), row.time_ms, row.anonymous, row.file,
             row.shared, row.cgroup.anonymous, row.cgroup.file, row.cgroup.slab, row.cgroup.kernel);
    }
    for (const SizeCount& row : p.sizes) { line(out, "size", row.size, row.count); }
    for (std::size_t i = 0; i < p.allocators.size(); ++i) {
        const Amount& amount = p.allocators[i];
        if (i <= static_cast<std::size_t>(Allocator::kMunmap) || amount.count != 0) { line(out, "allocator", amount); }
    }
    line(out, "peak", p.peak, p.peak_ms, "total", p.total, "leaked", p.leaked);
    // Where nothing else was mapped the one is the other, as it is in captures of version 1.
    if (p.all_peak.bytes == p.peak.bytes) { return out.str(); }
    for (const Site& row : p.sites) { line(out, "all", row.all_peak); }
    line(out, "all", p.all_peak, p.all_peak_ms);
    return out.str();
}

std::string profile_text(const Profile& p) {
    return metadata_text(p.metadata) + definitions_text(p) + symbols_text(p.symbols) + amounts_text(p);
}
