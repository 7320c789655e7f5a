// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/commands/heap/heap.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "cli/commands/report_file.h"
#include "cli/heap/heap_growth.h"
#include "cli/terminal/kind.h"
#include "injector/base/file.h"
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

heap::Contents contents_of(bool redact) { return redact ? heap::Contents::kRedact : heap::Contents::kShow; }

}  // namespace

HeapCommand::HeapCommand(CLI::App& program)
    : Command(program, "heap", "Show the objects of a running process, and who keeps them alive",
              "[options] [pid | file | old new]") {
    CLI::App& app = options();
    app.add_option("subject", subject_,
                   "Process id of a program, in which no code is run and which goes on meanwhile; or a file that\n"
                   "--json -o has written; or two such files: what has grown from one to the other")
        ->option_text(" ");
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

std::optional<int> HeapCommand::pid() const {
    int number = 0;
    if (subject_.size() != 1) { return std::nullopt; }
    const std::string& text = subject_.front();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number <= 0) { return std::nullopt; }
    return number;
}

void HeapCommand::check_arguments() const {
    if (core_.empty() && subject_.empty()) { throw UsageError("the following arguments are required: pid"); }
    if (!core_.empty() && !subject_.empty()) { throw UsageError("a core file, or a process, not both"); }
    if (subject_.size() > 2) { throw UsageError("one process, one file, or two files"); }
    const bool is_saved = core_.empty() && !pid();
    if (is_saved && (is_question() || live_ || stop_ || clone_ || redact_)) {
        throw UsageError(
            "of a saved report there is no more than it says: --why, --biggest, --redact and how to read a "
            "process are for processes and cores");
    }
}

heap::Snapshot HeapCommand::open() const {
    if (!core_.empty()) { return heap::open_core(core_, executable_); }
    const int process = *pid();
    if (live_) { return heap::open_live(process); }
    if (stop_) { return heap::open_stopped(process); }
    return clone_ ? heap::open_frozen(process) : heap::open_best(process);
}

heap_report::HeapReport HeapCommand::look() {
    if (core_.empty() && !pid()) {
        return heap_report::read_heap_json(base::read_file(subject_.back()), subject_.back());
    }
    const heap::Snapshot snapshot = open();
    heap::Heap heap(*snapshot.memory, stacks_of(snapshot));
    heap_report::HeapReport report = heap_report::make_heap_report(heap, contents_of(redact_));
    if (const auto process = pid()) {
        report.pid = *process;
        if (!redact_) { report.command_line = recording::command_line_of(*process); }
    }
    report.kind = snapshot.kind;
    report.pause_us = static_cast<std::uint64_t>(snapshot.pause.count());
    report.notes = snapshot.notes;
    return report;
}

std::string HeapCommand::explanation() {
    const heap::Snapshot snapshot = open();
    heap::Heap heap(*snapshot.memory, stacks_of(snapshot));
    const std::size_t count = biggest_ > 0 ? biggest_ : kShownOfAType;
    const auto explained = heap_report::explain(heap, contents_of(redact_), why_, count);
    return json_ ? heap_report::explained_json(explained) : heap_report::explained_text(explained);
}

std::string HeapCommand::answer() {
    if (is_question()) { return explanation(); }
    const bool colour = output_.empty() && terminal::output_has_colours();
    const heap_report::HeapReport report = look();
    if (subject_.size() == 2) {
        const auto before = heap_report::read_heap_json(base::read_file(subject_[0]), subject_[0]);
        return json_ ? heap_report::growth_json(before, report)
                     : heap_report::growth_text(before, report, rows_, colour);
    }
    return json_ ? heap_report::heap_json(report) : heap_report::heap_text(report, rows_, colour);
}

int HeapCommand::run() {
    check_arguments();
    if (!output_.empty()) { require_writable(output_, force_); }
    const std::string text = answer();
    print_or_write(text, output_, force_);
    return 0;
}

}  // namespace memray::cli
