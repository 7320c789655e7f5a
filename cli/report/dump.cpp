// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/dump.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>

#include "cli/report/notes.h"
#include "cli/report/resident.h"
#include "injector/base/printable.h"

namespace memray::report {
namespace {

using base::escaped;
using capture::Amount;
using capture::Profile;

constexpr const char* kLegend =
    R"(Records, one a line; ids are those of the tables before, texts have \n, \t, \\ and \xNN escaped:
  HEADER            what was recorded and how it ended
  LOSSES            what was not recorded
  FUNCTION          id= name= file= first_line=
  FRAME             id= function= line=  (0: not known)
  STACK             id= parent= frame= entry=  (parent 0: the root; entry 1: called by native code)
  MODULE            id= kind= build_id= size= modified= path=
  NATIVE_FRAME      id= module= address= interrupted=  (address: as in the file, or in memory without module)
  NATIVE_STACK      id= parent= frame=
  MODULE_SYMBOLS    module= source=  (what the names are from)
  SYMBOL            frame= function= file= line=  (of a native frame, from the outermost to the innermost inlined)
  THREAD            id= number= tid= name=
  SITE              id= stack= native_stack= thread= allocator= and counts and bytes at the peak, leaked and in total
  LIFETIME          site= distance= count= bytes=  (freed after at most that many allocations of the thread)
  INTERVAL          site= allocated= freed= count= bytes=  (time buckets; freed=never)
  TIME_BUCKET       id= time= peak_bytes=
  MEMORY_SNAPSHOT   time= rss= heap=
  SIZE              size= count=
  PROCESS           id= pid= command=  (of a merged capture)
  PROCESS_SNAPSHOT  process= time= rss= heap=
  ALLOCATOR         name= count= bytes=
  ALLOCATION        slot= site= size=  (slot: which live allocation this is; a later one may take it again)
  DEALLOCATION      slot= other_thread=  (1: not the thread that allocated it)
  RESTORE           slot= site= size=  (live again, or what a partial munmap left)
  TIME              time=  (milliseconds since 1970: what follows happened then or later)
  TRAILER           peak, total and leaked amounts)";

std::string lower(std::string_view name) {
    std::string text(name);
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return text;
}

std::string_view kind_name(capture::ModuleKind kind) {
    switch (kind) {
        case capture::ModuleKind::kFile:
            return "file";
        case capture::ModuleKind::kDeleted:
            return "deleted";
        case capture::ModuleKind::kVdso:
            return "vdso";
    }
    return "unknown";
}

std::string_view source_name(capture::SymbolSource source) {
    constexpr std::array<std::string_view, 9> kNames{"not_used",      "missing",      "mismatch",
                                                     "unreadable",    "none",         "dynamic_symbols",
                                                     "minidebuginfo", "symbol_table", "debug_information"};
    return kNames.at(static_cast<std::size_t>(source));
}

class TableDump {
public:
    explicit TableDump(const Profile& profile) : profile_(profile) {}

    [[nodiscard]] std::string write() {
        header();
        losses();
        code();
        native_code();
        symbols();
        sites();
        times();
        totals();
        return std::move(text_);
    }

private:
    template <typename... Arguments>
    void line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
        fmt::format_to(std::back_inserter(text_), format, std::forward<Arguments>(arguments)...);
        text_ += '\n';
    }
    [[nodiscard]] std::string string(std::uint32_t index) const { return escaped(profile_.strings[index]); }

    void header() {
        const capture::Metadata& data = profile_.metadata;
        line(
            "HEADER magic=memray python_version={} native_traces={} trace_python_allocators={} python_allocator={} "
            "large_requests={} chained={} file_format={} run={:016x} start_time={} end_time={} pid={} main_tid={} "
            "began={} process_start_time={} ending={} python_executable={} "
            "command_line={}",
            escaped(data.python_version), data.native_traces, data.trace_python_allocators,
            escaped(data.python_allocator), data.large_requests, data.chained,
            data.aggregated ? "AGGREGATED_ALLOCATIONS" : "ALL_ALLOCATIONS", data.run, data.start_ms, data.end_ms,
            data.pid, data.main_thread, beginning_name(data.beginning), data.process_start_ms, ending_text(data),
            escaped(data.python_executable), escaped(data.command_line));
    }
    void losses() {
        const capture::Losses& lost = profile_.metadata.losses;
        line(
            "LOSSES events={} bad_stacks={} cut_native_stacks={} unpatched={} missing_sequences={} unknown_frees={} "
            "reused_addresses={} incomplete={}",
            lost.events, lost.bad_stacks, lost.cut_native_stacks, lost.unpatched, lost.missing_sequences,
            lost.unknown_frees, lost.reused_addresses, escaped(profile_.metadata.incomplete));
    }
    void code() {
        for (std::size_t i = 0; i < profile_.functions.size(); ++i) {
            const capture::Function& function = profile_.functions[i];
            line("FUNCTION id={} name={} file={} first_line={}", i, string(function.name), string(function.file),
                 function.first_line);
        }
        for (std::size_t i = 0; i < profile_.frames.size(); ++i) {
            line("FRAME id={} function={} line={}", i, profile_.frames[i].function, profile_.frames[i].line);
        }
        for (std::size_t i = 1; i < profile_.stacks.size(); ++i) {
            line("STACK id={} parent={} frame={} entry={}", i, profile_.stacks[i].parent, profile_.stacks[i].frame,
                 profile_.stacks[i].entry ? 1 : 0);
        }
    }
    void native_code() {
        for (std::size_t i = 0; i < profile_.modules.size(); ++i) {
            const capture::Module& module = profile_.modules[i];
            line("MODULE id={} kind={} build_id={} size={} modified={} path={}", i, kind_name(module.kind),
                 escaped(module.build_id), module.file_size, module.modified_ns, escaped(module.path));
        }
        for (std::size_t i = 0; i < profile_.native_frames.size(); ++i) {
            const capture::NativeFrame& frame = profile_.native_frames[i];
            line("NATIVE_FRAME id={} module={} address={:#x} interrupted={}", i,
                 frame.module == capture::kNoModule ? "none" : std::to_string(frame.module), frame.address,
                 frame.interrupted ? 1 : 0);
        }
        for (std::size_t i = 1; i < profile_.native_stacks.size(); ++i) {
            line("NATIVE_STACK id={} parent={} frame={}", i, profile_.native_stacks[i].parent,
                 profile_.native_stacks[i].frame);
        }
    }
    void symbols() {
        const capture::Symbols& all = profile_.symbols;
        for (std::size_t i = 0; i < all.modules.size(); ++i) {
            line("MODULE_SYMBOLS module={} source={}", i, source_name(all.modules[i].source));
        }
        for (std::uint32_t i = 0; i < all.chains.size(); ++i) {
            for (const capture::Symbol& symbol : all.of(i)) {
                line("SYMBOL frame={} function={} file={} line={}", i, escaped(all.strings[symbol.function]),
                     escaped(all.strings[symbol.file]), symbol.line);
            }
        }
    }
    void sites() {
        for (std::size_t i = 0; i < profile_.threads.size(); ++i) {
            const capture::Thread& thread = profile_.threads[i];
            line("THREAD id={} number={} tid={} name={}", i, thread.id, thread.tid, escaped(thread.name));
        }
        for (std::size_t i = 0; i < profile_.sites.size(); ++i) {
            const capture::Site& site = profile_.sites[i];
            line(
                "SITE id={} stack={} native_stack={} thread={} allocator={} peak_count={} peak_bytes={} "
                "leaked_count={} "
                "leaked_bytes={} total_count={} total_bytes={}",
                i, site.stack, site.native_stack, site.thread, lower(capture::allocator_name(site.allocator)),
                site.peak.count, site.peak.bytes, site.leaked.count, site.leaked.bytes, site.total.count,
                site.total.bytes);
        }
    }
    void times() {
        for (const capture::Lifetime& entry : profile_.lifetimes) {
            line("LIFETIME site={} distance={} count={} bytes={}", entry.site, entry.distance, entry.amount.count,
                 entry.amount.bytes);
        }
        for (const capture::Interval& entry : profile_.intervals) {
            line("INTERVAL site={} allocated={} freed={} count={} bytes={}", entry.site, entry.allocated,
                 entry.freed == capture::kNever ? "never" : std::to_string(entry.freed), entry.amount.count,
                 entry.amount.bytes);
        }
        for (std::size_t i = 0; i < profile_.time_buckets.size(); ++i) {
            const capture::TimeBucket& bucket = profile_.time_buckets[i];
            line("TIME_BUCKET id={} time={} peak_bytes={}", i, bucket.start_ms, bucket.peak_bytes);
        }
    }
    void totals() {
        for (const capture::Snapshot& snapshot : profile_.snapshots) {
            line("MEMORY_SNAPSHOT time={} rss={} heap={}", snapshot.time_ms, snapshot.rss, snapshot.heap);
        }
        for (std::size_t i = 0; i < profile_.processes.size(); ++i) {
            const capture::Process& process = profile_.processes[i];
            line("PROCESS id={} pid={} began={} start_time={} unknown_frees={} command={}", i, process.pid,
                 beginning_name(process.beginning), process.start_ms, process.unknown_frees,
                 escaped(process.command_line));
        }
        for (const capture::ProcessSnapshot& row : profile_.process_snapshots) {
            line("PROCESS_SNAPSHOT process={} time={} rss={} heap={}", row.process, row.snapshot.time_ms,
                 row.snapshot.rss, row.snapshot.heap);
        }
        for (const capture::Residence& row : profile_.residences) {
            line(
                "RESIDENT process={} moment={} time={} anonymous={} file={} shared={} cgroup_anon={} cgroup_file={} "
                "cgroup_slab={} cgroup_kernel={}",
                row.process, moment_name(row.moment), row.time_ms, row.anonymous, row.file, row.shared,
                row.cgroup.anonymous, row.cgroup.file, row.cgroup.slab, row.cgroup.kernel);
        }
        for (const capture::SizeCount& size : profile_.sizes) { line("SIZE size={} count={}", size.size, size.count); }
        for (std::size_t i = 0; i < profile_.allocators.size(); ++i) {
            const Amount& amount = profile_.allocators[i];
            if (amount.count == 0) { continue; }
            line("ALLOCATOR name={} count={} bytes={}",
                 lower(capture::allocator_name(static_cast<capture::Allocator>(i))), amount.count, amount.bytes);
        }
    }

    const Profile& profile_;
    std::string text_;
};

}  // namespace

std::string dump_legend() { return kLegend; }

std::string dump_tables(const Profile& profile) { return TableDump(profile).write(); }

std::string dump_event(const capture::Event& event) {
    switch (event.kind) {
        case capture::EventKind::kAllocation:
            return fmt::format("ALLOCATION slot={} site={} size={}\n", event.slot, event.site, event.size);
        case capture::EventKind::kDeallocation:
            return fmt::format("DEALLOCATION slot={} other_thread={}\n", event.slot, event.other_thread ? 1 : 0);
        case capture::EventKind::kRestore:
            return fmt::format("RESTORE slot={} site={} size={}\n", event.slot, event.site, event.size);
        case capture::EventKind::kTime:
            return fmt::format("TIME time={}\n", event.time_ms);
    }
    return fmt::format("UNKNOWN RECORD TYPE {}\n", static_cast<int>(event.kind));
}

std::string dump_trailer(const Profile& profile) {
    return fmt::format(
        "TRAILER peak_time={} peak_count={} peak_bytes={} total_count={} total_bytes={} leaked_count={} "
        "leaked_bytes={}\n",
        profile.peak_ms, profile.peak.count, profile.peak.bytes, profile.total.count, profile.total.bytes,
        profile.leaked.count, profile.leaked.bytes);
}

}  // namespace memray::report
