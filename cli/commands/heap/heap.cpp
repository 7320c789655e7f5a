// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/heap/heap.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/commands/process_argument.h"
#include "cli/commands/report_file.h"
#include "cli/heap/heap_report.h"
#include "cli/terminal/kind.h"
#include "injector/recording/process_facts.h"

namespace memray::cli {
namespace {

constexpr std::size_t kShownOfAType = 3;
constexpr std::uint64_t kRedZone = 128;  // bytes below a stack pointer that are in use (System V ABI)

std::vector<heap::StackPart> stacks_of(const heap::Snapshot& snapshot) {
    std::vector<heap::StackPart> stacks;
    for (const heap::ThreadState& thread : snapshot.threads) {
        const heap::Range* range = snapshot.memory->range_at(thread.stack_pointer);
        if (range == nullptr || !range->writable) { continue; }
        const heap::RemoteAddr begin = std::max((thread.stack_pointer - kRedZone).aligned_down(8), range->begin);
        stacks.push_back({begin, range->end, fmt::format("thread {}", thread.id)});
    }
    return stacks;
}

}  // namespace

HeapCommand::HeapCommand(CLI::App& program)
    : Command(program, "heap", "Show the objects of a running process, and who keeps them alive", "[options] [pid]") {
    CLI::App& app = options();
    add_pid(app, pid_, "Process id of the program. No code is run in it, and it goes on meanwhile")->required(false);
    add_source();
    add_questions();
    app.add_flag("--redact", redact_, "Show no keys of dictionaries, only names that programs are made of");
    app.add_flag("--json", json_, "Print JSON instead of text");
    app.add_option("-o,--output", output_, "File to write instead of printing")->option_text("OUTPUT");
    app.add_flag("-f,--force", force_, "If the output file already exists, overwrite it");
}

void HeapCommand::add_source() {
    CLI::App& app = options();
    auto* live =
        app.add_flag("--live", live_, "Read its memory while it runs: it never stands still, but parts may not agree");
    auto* stop = app.add_flag("--stop", stop_, "Let it stand still while its memory is copied");
    auto* clone = app.add_flag("--clone", clone_,
                               "Let it stand still only while its page tables are copied, and read a frozen copy\n"
                               "(default, but for small processes)");
    live->excludes(stop)->excludes(clone);
    stop->excludes(clone);
    auto* core = app.add_option("--core", core_, "Read a core file instead of a process")->option_text("CORE");
    for (auto* of_process : {live, stop, clone}) { core->excludes(of_process); }
    app.add_option("--exe", executable_, "The program that the core is of, if it is not where it was")
        ->option_text("FILE")
        ->needs(core);
}

void HeapCommand::add_questions() {
    CLI::App& app = options();
    auto* why =
        app.add_option("--why", why_, "Who keeps this alive: an address (0x...), or the biggest objects of a type")
            ->option_text("ADDRESS|TYPE");
    app.add_option("--biggest", biggest_, "Who keeps the biggest objects alive, so many of them")
        ->option_text("N")
        ->check(CLI::PositiveNumber);
    app.add_option("--types", rows_, "How many types to show (default: 20)")->option_text("N")->excludes(why);
}

heap::Snapshot HeapCommand::open() const {
    if (core_.empty() == (pid_ == 0)) {
        throw UsageError(core_.empty() ? "the following arguments are required: pid"
                                       : "a core file, or a process, not both");
    }
    if (!core_.empty()) { return heap::open_core(core_, executable_); }
    if (live_) { return heap::open_live(pid_); }
    if (stop_) { return heap::open_stopped(pid_); }
    return clone_ ? heap::open_frozen(pid_) : heap::open_best(pid_);
}

int HeapCommand::run() {
    if (!output_.empty()) { require_writable(output_, force_); }
    heap::Snapshot snapshot = open();
    heap::Heap heap(*snapshot.memory, stacks_of(snapshot));
    const heap::Contents contents = redact_ ? heap::Contents::kRedact : heap::Contents::kShow;
    std::string text;
    if (!why_.empty() || biggest_ > 0) {
        const auto explained = heap_report::explain(heap, contents, why_, biggest_ > 0 ? biggest_ : kShownOfAType);
        text = json_ ? heap_report::explained_json(explained) : heap_report::explained_text(explained);
    } else {
        heap_report::HeapReport report = heap_report::make_heap_report(heap, contents);
        report.pid = pid_;
        if (pid_ != 0) { report.command_line = recording::command_line_of(pid_); }
        report.kind = snapshot.kind;
        report.pause_us = static_cast<std::uint64_t>(snapshot.pause.count());
        report.notes = snapshot.notes;
        const bool colour = output_.empty() && terminal::output_has_colours();
        text = json_ ? heap_report::heap_json(report) : heap_report::heap_text(report, rows_, colour);
    }
    if (output_.empty()) {
        fmt::print("{}", text);
    } else {
        write_report(output_, text, force_);
        fmt::print("Wrote {}\n", output_);
    }
    return 0;
}

}  // namespace memray::cli
